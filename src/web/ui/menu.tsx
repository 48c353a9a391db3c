// A menu under a button. `modal={false}`: the modal kind injects a <style> to lock scrolling, which the CSP refuses.
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={keepMovedFocus}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Focus goes back to the button, unless what was chosen has put it somewhere. */
function keepMovedFocus(event: Event): void {
  const focused = document.activeElement;
  if (focused && focused !== document.body && !focused.closest("[role=menu]")) event.preventDefault();
}

interface MenuItemProps {
  icon: IconName;
  children: string;
  danger?: boolean;
  onSelect: () => void;
}

export function MenuItem({ icon, children, danger = false, onSelect }: MenuItemProps) {
  return (
    <DropdownMenu.Item className={danger ? "menu-item menu-item-danger" : "menu-item"} onSelect={onSelect}>
      <Icon name={icon} />
      {children}
    </DropdownMenu.Item>
  );
}

/** Leads to a file, which the browser keeps. */
export function MenuLink({ icon, href, children }: { icon: IconName; href: string; children: string }) {
  return (
    <DropdownMenu.Item className="menu-item" asChild>
      <a href={href} download>
        <Icon name={icon} />
        {children}
      </a>
    </DropdownMenu.Item>
  );
}

interface MenuChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

/** One of several, as a group of the menu. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <DropdownMenu.RadioGroup
      value={value}
      onValueChange={(chosen) => {
        const option = options.find((each) => each.value === chosen);
        if (option) onChange(option.value);
      }}
    >
      <DropdownMenu.Label className="menu-label">{label}</DropdownMenu.Label>
      {options.map((option) => (
        <DropdownMenu.RadioItem
          key={option.value}
          value={option.value}
          className="menu-item"
          onSelect={(event) => event.preventDefault()}
        >
          <span className="menu-mark">
            <DropdownMenu.ItemIndicator>
              <Icon name="check" />
            </DropdownMenu.ItemIndicator>
          </span>
          {option.label}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export const MenuLine = () => <DropdownMenu.Separator className="menu-line" />;
