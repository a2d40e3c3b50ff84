import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Keeps one cursor. */
export interface CursorStore {
  /** The cursor that was saved last; undefined if there is none yet. */
  load(): Promise<string | undefined>;
  /** Settles once the cursor is kept. */
  save(cursor: string): Promise<void>;
}

/** A file with the cursor as its only line: the old one or the new one, whenever the machine stops. `kyc watch` reads it, too. */
export class CursorFile implements CursorStore {
  constructor(private readonly path: string) {}

  async load(): Promise<string | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, "ascii");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    const words = text.split(/\s+/).filter((word) => word);
    if (words.length !== 1) {
      throw new Error(
        `${this.path} holds no cursor, so where to go on is not known: put the last cursor into it, or remove it to begin anew`,
      );
    }
    return words[0];
  }

  async save(cursor: string): Promise<void> {
    const fresh = this.path + ".new";
    const file = await open(fresh, "w", 0o600);
    try {
      await file.writeFile(cursor + "\n");
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.path);
    const folder = await open(dirname(this.path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** For a program that begins anew at each start, or keeps the cursor itself. */
export class CursorInMemory implements CursorStore {
  private cursor?: string;

  async load(): Promise<string | undefined> {
    return this.cursor;
  }

  async save(cursor: string): Promise<void> {
    this.cursor = cursor;
  }
}
