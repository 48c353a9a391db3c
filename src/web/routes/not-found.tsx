// An address that leads nowhere.
import { Link } from "wouter";
import { useTitle } from "../ui/use-title.ts";
import { words } from "../words.ts";

export function NotFound() {
  useTitle(words.notFound.title);
  return (
    <div className="blank">
      <h1>{words.notFound.title}</h1>
      <p>{words.notFound.body}</p>
      <Link href="/" className="button button-primary">
        {words.notFound.back}
      </Link>
    </div>
  );
}
