// What is shown when the page itself has a bug: a sentence and a way on, never a blank window.
import { Component, type ReactNode } from "react";
import { words } from "../words.ts";
import { Button } from "./button.tsx";

export class CrashScreen extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    if (!this.state.crashed) return this.props.children;
    return (
      <main className="blank full" role="alert">
        <h1>{words.errors.crashed}</h1>
        <p>{words.errors.unexpected}</p>
        <Button look="primary" onClick={() => location.reload()}>
          {words.status.reload}
        </Button>
      </main>
    );
  }
}
