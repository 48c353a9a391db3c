// Modal dialogs. The shade is our own element: Radix's overlay injects a <style>, which the page's CSP refuses.
import { Dialog as Primitive } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { words } from "../words.ts";
import { Icon } from "./icon.tsx";

interface DialogProps {
  title: string;
  /** One sentence read after the title; leave it out when the content explains itself. */
  description?: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** `alertdialog` asks before something is lost. */
  role?: "dialog" | "alertdialog";
  children: ReactNode;
}

export function Dialog({ title, description, open, onOpenChange, role = "dialog", children }: DialogProps) {
  const opener = useRef<HTMLElement | null>(null);
  const onOpenAutoFocus = (event: Event) => {
    event.preventDefault();
    opener.current = focusedControl();
    focusFirstField(event.target);
  };
  // Radix gives focus back to a Trigger; these dialogs open from menus and shortcuts too.
  const onCloseAutoFocus = (event: Event) => {
    event.preventDefault();
    if (opener.current?.isConnected) opener.current.focus();
  };
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <div className="dialog-shade">
          <Primitive.Content
            className="dialog"
            role={role}
            onOpenAutoFocus={onOpenAutoFocus}
            onCloseAutoFocus={onCloseAutoFocus}
            {...(description === undefined ? { "aria-describedby": undefined } : {})}
          >
            <header className="dialog-head">
              <Primitive.Title>{title}</Primitive.Title>
              <Primitive.Close asChild>
                <button type="button" className="icon-button" aria-label={words.close}>
                  <Icon name="close" />
                </button>
              </Primitive.Close>
            </header>
            {description !== undefined && (
              <Primitive.Description className="dialog-note">{description}</Primitive.Description>
            )}
            {children}
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** The first field is what the dialog is for; without one, or where it would open a touch keyboard, the dialog itself. */
function focusFirstField(dialog: EventTarget | null) {
  if (!(dialog instanceof HTMLElement)) return;
  const field =
    matchMedia("(pointer: fine)").matches &&
    dialog.querySelector<HTMLElement>("input:enabled, select:enabled, textarea:enabled");
  (field || dialog).focus();
}

/** What has focus; for an item of a menu, which goes with it, the button that opened the menu. */
function focusedControl(): HTMLElement | null {
  const focused = document.activeElement;
  const button = focused?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const control = button ? document.getElementById(button) : focused;
  return control instanceof HTMLElement ? control : null;
}
