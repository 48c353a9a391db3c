// The charts of administrators: read again every few seconds while the page is looked at.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { clockTime } from "../conversation/time.ts";
import { reasonOf } from "../sentence.ts";
import { rest } from "../server.ts";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/select.tsx";
import { words } from "../words.ts";
import { Chart } from "./chart.tsx";
import { type ChartName, chartsOf } from "./charts.ts";
import { RANGE_NAMES, RANGES, type RangeName } from "./ranges.ts";
import { text } from "./words.ts";

/** The server writes its figures down every five seconds. */
const REFRESH_MS = 5_000;

const CHARTS: readonly ChartName[] = [
  "connections",
  "messages",
  "errors",
  "response",
  "firstToken",
  "tokens",
  "depth",
  "lag",
];

const OPTIONS = RANGE_NAMES.map((value) => ({ value, label: text.charts.ranges[value] }));

export function Metrics() {
  const [range, setRange] = useState<RangeName>("hour");
  const [asTable, setAsTable] = useState(false);
  const query = useMetrics(range);
  return (
    <>
      <div className="admin-tools">
        <Select aria-label={text.charts.range} value={range} options={OPTIONS} onValue={setRange} />
        <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? text.charts.asCharts : text.charts.asTables}
        </Button>
      </div>
      {query.data ? (
        <>
          {query.isRefetchError && (
            <p className="form-notice" role="alert">
              {text.charts.stale(clockTime(new Date(query.dataUpdatedAt).toISOString()))}
            </p>
          )}
          <div className="charts">
            {CHARTS.map((name) => (
              <Chart
                key={name}
                title={text.charts.titles[name]}
                data={query.data.charts[name]}
                times={query.data.times}
                days={query.data.days}
                asTable={asTable}
              />
            ))}
          </div>
        </>
      ) : query.isError ? (
        <div className="list-note" role="alert">
          <p>
            {text.charts.failed} {reasonOf(query.error)}
          </p>
          <Button icon="retry" onClick={() => void query.refetch()}>
            {words.tryAgain}
          </Button>
        </div>
      ) : (
        <p className="list-note">{words.loading}</p>
      )}
    </>
  );
}

const useMetrics = (range: RangeName) =>
  useQuery({
    queryKey: ["metrics", range],
    queryFn: async () => {
      const { length_s, step_s } = RANGES[range];
      const now = Date.now();
      const answer = await rest.metrics({ from: new Date(now - length_s * 1000).toISOString(), step: step_s });
      return { times: answer.slots.map(({ at }) => at), days: range !== "hour", charts: chartsOf(answer, now) };
    },
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
