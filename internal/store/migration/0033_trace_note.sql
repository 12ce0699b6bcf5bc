-- +goose Up
-- What people wrote to search requests and claims, each note for itself; trace.note stays the newest one.

CREATE TABLE trace_note (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  trace_id     BIGINT NOT NULL REFERENCES trace (id) ON DELETE CASCADE,
  at           BIGINT NOT NULL,
  actor_kind   TEXT   NOT NULL, -- '' of a note that was written before notes had authors
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  body         TEXT   NOT NULL
) ${STRICT};
CREATE INDEX trace_note_trace ON trace_note (trace_id, id);
CREATE INDEX trace_note_workspace ON trace_note (workspace_id, id);

INSERT INTO trace_note (id, workspace_id, trace_id, at, actor_kind, actor_id, actor_name, body)
  SELECT id, workspace_id, id, updated_at, '', 0, '', note FROM trace WHERE note <> '';
