// The pages for administrators: how the deployment does, and who its users are.
import { Link, Route, Switch, useLocation } from "wouter";
import { Icon } from "../ui/icon.tsx";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";
import { Metrics } from "./metrics.tsx";
import { Users } from "./users.tsx";
import { text } from "./words.ts";

const PAGES = [
  { href: "/admin", label: text.metrics },
  { href: "/admin/users", label: text.users },
];

export function Administration() {
  const [path] = useLocation();
  useTitle(text.title);
  return (
    <section className="admin" aria-label={text.title}>
      <header className="conversation-head">
        <Link href="/" className="icon-button back-link" aria-label={words.conversation.back}>
          <Icon name="back" />
        </Link>
        <h1 className="admin-title">{text.title}</h1>
        <nav className="admin-pages" aria-label={text.pages}>
          {PAGES.map(({ href, label }) => (
            <Link key={href} href={href} aria-current={href === path ? "page" : undefined}>
              {label}
            </Link>
          ))}
        </nav>
      </header>
      <div className="admin-scroll">
        <div className="admin-body">
          <Switch>
            <Route path="/admin" component={Metrics} />
            <Route component={Users} />
          </Switch>
        </div>
      </div>
    </section>
  );
}
