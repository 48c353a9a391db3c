// Buttons: with words, or with an icon whose name shows as a tooltip.
import { Tooltip } from "radix-ui";
import type { ComponentPropsWithRef } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps extends ComponentPropsWithRef<"button"> {
  look?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName;
}

export function Button({ look = "plain", icon, className, children, type = "button", ...rest }: ButtonProps) {
  return (
    <button type={type} className={`button button-${look} ${className ?? ""}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentPropsWithRef<"button">, "children" | "aria-label"> {
  icon: IconName;
  label: string;
}

export function IconButton({ icon, label, className, type = "button", ...rest }: IconButtonProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button type={type} className={`icon-button ${className ?? ""}`} aria-label={label} {...rest}>
          <Icon name={icon} />
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={6} collisionPadding={8}>
          {label}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
