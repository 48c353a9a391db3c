// One row of the timeline, by its kind. What can be done from it comes by row-actions.ts.
import { AnswerRow, FailureRow } from "./answer.tsx";
import type { Edit } from "./drafts.ts";
import { MessageRow } from "./message.tsx";
import { Gap } from "./older.tsx";
import { PendingRow } from "./pending-message.tsx";
import { dayName } from "./time.ts";
import type { TimelineItem } from "./timeline.ts";

interface TimelineRowProps {
  item: TimelineItem;
  /** The own message whose text is being changed. */
  edit: Edit | null;
  connected: boolean;
}

export function TimelineRow({ item, edit, connected }: TimelineRowProps) {
  switch (item.kind) {
    case "day":
      return (
        <p className="day">
          <time dateTime={item.date}>{dayName(item.date, new Date())}</time>
        </p>
      );
    case "message":
      return (
        <MessageRow
          message={item.message}
          quoted={item.quoted}
          own={item.own}
          continued={item.continued}
          queued={item.queued}
          edit={edit?.message_id === item.message.id ? edit : null}
        />
      );
    case "answer": {
      const { all, current, shown } = item.variants;
      return (
        <AnswerRow
          questionId={item.questionId}
          question={item.question}
          text={shown.text}
          message={shown.message}
          turn={shown.turn}
          index={all.indexOf(shown)}
          count={all.length}
          ownView={shown !== current}
        />
      );
    }
    case "failure":
      return <FailureRow turn={item.turn} question={item.question} />;
    case "gap":
      return <Gap after={item.after} before={item.before} />;
    case "pending":
      return <PendingRow pending={item.pending} quoted={item.quoted} connected={connected} />;
    default:
      return item satisfies never;
  }
}
