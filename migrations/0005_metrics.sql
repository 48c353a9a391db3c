-- What happened in each minute, kept for 30 days, and the totals since the beginning, which only rise.
-- Names are series in Prometheus' form; a minute counts from the epoch.

CREATE TABLE metrics (
  minute INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (minute, name)
) STRICT, WITHOUT ROWID;
-- A gauge that did not change has no row: the last one before a minute is looked for.
CREATE INDEX metrics_connections ON metrics (minute) WHERE name = 'edgewise_connections';

-- `edgewise_connections` here is always the sum over metric_sources.
CREATE TABLE metric_totals (
  name TEXT PRIMARY KEY,
  value REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Who reports what only its memory knows: a conversation's object, or an isolate of the worker. `at` (epoch ms) is of the
-- last report, and its number: one that comes twice, or late, changes nothing.
CREATE TABLE metric_sources (
  source TEXT PRIMARY KEY,
  connections INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
