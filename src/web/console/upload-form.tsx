// Files for a file room: the one event whose sender uses HTTP.
import { type FormEvent, useState } from "react";
import { reasonOf } from "../sentence.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { bytesOf, type LineOptions } from "./line.ts";
import { text } from "./words.ts";

const PATH = "/api/upload_file";

interface UploadFormProps {
  host: string;
  token: string;
  conversation: number;
  onPacket: LineOptions["onPacket"];
}

export function UploadForm({ host, token, conversation, onPacket }: UploadFormProps) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [message, setMessage] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function upload() {
    const form = new FormData();
    for (const file of files) form.append("files", file);
    form.append("conversation_id", String(conversation));
    form.append("message", message);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    onPacket("out", `POST ${PATH} ${files.map(({ name }) => name).join(", ")}`, size);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(PATH, host), { method: "POST", body: form, headers, credentials: "omit" });
    const answer = await response.text();
    onPacket("in", `${response.status} ${answer}`, bytesOf(answer));
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    upload()
      .catch((reason: unknown) => setError(reasonOf(reason)))
      .finally(() => setBusy(false));
  };
  return (
    <form className="form console-card" onSubmit={submit}>
      <h2>{text.upload}</h2>
      <Field label={text.files} error={error ?? undefined}>
        {(control) => (
          <input {...control} type="file" multiple onChange={({ target }) => setFiles([...(target.files ?? [])])} />
        )}
      </Field>
      <Field label={text.message}>
        {(control) => <input {...control} value={message} onChange={(event) => setMessage(event.target.value)} />}
      </Field>
      <Button type="submit" disabled={busy || files.length === 0 || token === "" || conversation === 0}>
        {busy ? text.uploading : text.sendFiles}
      </Button>
    </form>
  );
}
