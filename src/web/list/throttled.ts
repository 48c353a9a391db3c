// Calls at once, and then no more often than every so many milliseconds, the last time included.

export interface Throttled {
  call: () => void;
  cancel: () => void;
}

export function throttled(work: () => void, pauseMs: number): Throttled {
  let pause: ReturnType<typeof setTimeout> | null = null;
  let again = false;
  const call = () => {
    if (pause !== null) {
      again = true;
      return;
    }
    work();
    pause = setTimeout(() => {
      pause = null;
      if (again) {
        again = false;
        call();
      }
    }, pauseMs);
  };
  const cancel = () => {
    if (pause !== null) clearTimeout(pause);
    pause = null;
    again = false;
  };
  return { call, cancel };
}
