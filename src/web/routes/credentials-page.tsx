// The frame around logging in and signing up.
import type { ReactNode } from "react";
import { Logo } from "../ui/icon.tsx";
import { words } from "../words.ts";

export function CredentialsPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="credentials">
      <div className="credentials-card">
        <Logo />
        <h1>{title}</h1>
        <p className="credentials-tagline">{words.tagline}</p>
        {children}
      </div>
    </main>
  );
}
