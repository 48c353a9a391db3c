// Who is logged in, the colours, the shortcuts, and the way out.
import { useLocation } from "wouter";
import { useLogOut, useUser } from "../session/session.tsx";
import { setTheme, THEMES, useTheme } from "../theme.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../ui/menu.tsx";
import { words } from "../words.ts";

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const user = useUser();
  const [, navigate] = useLocation();
  const theme = useTheme();
  const logOut = useLogOut();
  return (
    <Menu
      trigger={
        <button type="button" className="account" aria-label={words.account.menu(user.name)}>
          <Avatar id={user.id} name={user.name} />
          <span className="account-name">{user.name}</span>
          <Icon name="more" />
        </button>
      }
    >
      <MenuChoice
        label={words.account.theme}
        value={theme}
        options={THEMES.map((value) => ({ value, label: words.account.themes[value] }))}
        onChange={setTheme}
      />
      <MenuLine />
      {user.role === "admin" && (
        <MenuItem icon="chart" onSelect={() => navigate("/admin")}>
          {words.account.administration}
        </MenuItem>
      )}
      <MenuItem icon="keyboard" onSelect={onShortcuts}>
        {words.account.shortcuts}
      </MenuItem>
      <MenuItem icon="logOut" onSelect={() => logOut.mutate()}>
        {words.account.logOut}
      </MenuItem>
    </Menu>
  );
}
