-- Projects and who takes part in them; a conversation may belong to one.
CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  description TEXT,
  created_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE project_members (
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (project_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_members_by_user ON project_members (user_id, project_id);

ALTER TABLE conversations ADD COLUMN project_id INTEGER;
CREATE INDEX conversations_by_project ON conversations (project_id) WHERE project_id IS NOT NULL;
