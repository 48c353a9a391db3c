// Modal dialogs. The shade is our own element: Radix's overlay injects a <style>, which the page's CSP refuses.
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
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
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <div className="dialog-shade">
          <Primitive.Content
            className="dialog"
            role={role}
            onOpenAutoFocus={focusFirstField}
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

/** The first field is what the dialog is for; without one the dialog itself, so that reading starts at its title. */
function focusFirstField(event: Event) {
  const dialog = event.target;
  if (!(dialog instanceof HTMLElement)) return;
  const field = dialog.querySelector<HTMLElement>("input:enabled, select:enabled, textarea:enabled");
  event.preventDefault();
  (field ?? dialog).focus();
}
