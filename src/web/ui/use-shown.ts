// Tells when an element comes into view, or near it, of the box that scrolls it.
import { type RefObject, useEffect, useEffectEvent } from "react";

/** `box` is a selector of the box; `margin` as CSS has it. */
export function useShown(
  element: RefObject<Element | null>,
  wanted: boolean,
  { box, margin }: { box: string; margin: string },
  onShown: () => void,
): void {
  const tell = useEffectEvent(onShown);
  useEffect(() => {
    if (!wanted || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) tell();
      },
      { root: element.current.closest(box), rootMargin: margin },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, wanted, box, margin]);
}
