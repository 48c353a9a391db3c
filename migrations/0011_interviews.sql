-- Interviews: whom they are about, who is related to whom, and which session is whose. Times are epoch milliseconds.

-- Doctors, patients and hospitals, in one numbering: the `user_entity_id` of a socket names one of them.
CREATE TABLE entities (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('doctor', 'patient', 'hospital')),
  name TEXT NOT NULL,
  -- Whose profile it is, of a doctor or hospital. A patient's people are in `relations`, he himself too.
  user_id INTEGER REFERENCES users (id),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX entities_by_user ON entities (user_id, kind) WHERE user_id IS NOT NULL;

CREATE TABLE relations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id),
  patient_id INTEGER NOT NULL REFERENCES entities (id),
  relation TEXT NOT NULL CHECK (relation IN ('self', 'parent', 'child', 'spouse', 'guardian', 'carer', 'other')),
  UNIQUE (user_id, patient_id, relation)
) STRICT;
CREATE INDEX relations_by_patient ON relations (patient_id);

-- Doctors and patients of a hospital.
CREATE TABLE affiliations (
  hospital_id INTEGER NOT NULL REFERENCES entities (id),
  entity_id INTEGER NOT NULL REFERENCES entities (id),
  PRIMARY KEY (hospital_id, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX affiliations_by_entity ON affiliations (entity_id);

-- A doctor and a patient (or a patient alone); each has any number of sessions.
CREATE TABLE interview_chats (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  doctor_id INTEGER REFERENCES entities (id),
  patient_id INTEGER NOT NULL REFERENCES entities (id),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX interview_chats_by_doctor ON interview_chats (doctor_id);
CREATE INDEX interview_chats_by_patient ON interview_chats (patient_id);

-- A session is a conversation, by its number.
CREATE TABLE interviews (
  session_id INTEGER PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
  chat_id INTEGER NOT NULL REFERENCES interview_chats (id),
  started_by INTEGER NOT NULL REFERENCES users (id)
) STRICT;
CREATE INDEX interviews_by_chat ON interviews (chat_id);
