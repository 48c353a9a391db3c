// A private copy of the project in which one file at a time is another. It lies inside the project, so that packages are
// found by looking upwards, as Node does; only the tools' folder is linked.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BIN } from "../../../scripts/prepare.mjs";

export class Tree {
  readonly dir: string;

  /** Copies `files` of `root` (paths below it; folders whole) into `dir`, which must lie below the project's root. */
  constructor(root: string, files: readonly string[], dir: string) {
    this.dir = dir;
    rmSync(dir, { recursive: true, force: true });
    for (const file of files) cpSync(join(root, file), join(dir, file), { recursive: true });
    mkdirSync(join(dir, "node_modules"));
    symlinkSync(BIN, join(dir, "node_modules/.bin"));
  }

  read(file: string): string {
    return readFileSync(join(this.dir, file), "utf8");
  }

  /** Does `work` while `file` holds `source`. */
  async with<T>(file: string, source: string, work: () => Promise<T>): Promise<T> {
    const before = this.read(file);
    writeFileSync(join(this.dir, file), source);
    try {
      return await work();
    } finally {
      writeFileSync(join(this.dir, file), before);
    }
  }
}
