-- +goose Up
-- What the audit trail is searched by, copied from the events that the links stand
-- for. Nothing here is part of the chain: the digests prove the events themselves.

ALTER TABLE audit_link ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_link ADD COLUMN family TEXT NOT NULL DEFAULT ''; -- of the kind: what stands before its dot
ALTER TABLE audit_link ADD COLUMN person_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_link ADD COLUMN subject_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_link ADD COLUMN subject_id BIGINT NOT NULL DEFAULT 0;

UPDATE audit_link SET
  kind         = COALESCE((SELECT e.kind FROM event e WHERE e.id = audit_link.event_id), ''),
  person_id    = COALESCE((SELECT e.actor_id FROM event e WHERE e.id = audit_link.event_id AND e.actor_kind = 'agent'), 0),
  subject_kind = COALESCE((SELECT e.subject_kind FROM event e WHERE e.id = audit_link.event_id), ''),
  subject_id   = COALESCE((SELECT e.subject_id FROM event e WHERE e.id = audit_link.event_id), 0);
UPDATE audit_link SET family = CASE
  WHEN kind LIKE 'person.%' THEN 'person' WHEN kind LIKE 'token.%' THEN 'token' WHEN kind LIKE 'role.%' THEN 'role'
  WHEN kind LIKE 'team.%' THEN 'team' WHEN kind LIKE 'workspace.%' THEN 'workspace' WHEN kind LIKE 'mailbox.%' THEN 'mailbox'
  WHEN kind LIKE 'webhook.%' THEN 'webhook' WHEN kind LIKE 'hook.%' THEN 'hook' WHEN kind LIKE 'data.%' THEN 'data' ELSE '' END;

CREATE INDEX audit_link_person ON audit_link (workspace_id, person_id, event_id);
CREATE INDEX audit_link_family ON audit_link (workspace_id, family, event_id);
CREATE INDEX audit_link_subject ON audit_link (workspace_id, subject_kind, subject_id, event_id);

-- Pictures drawn anew from those that came in, under the content that they were
-- drawn from.
CREATE TABLE preview (
  workspace_id BIGINT NOT NULL,
  sha256       TEXT   NOT NULL, -- of the file that came
  edition      BIGINT NOT NULL, -- the way in which it was drawn
  media        TEXT   NOT NULL, -- its media type; empty if there is none
  problem      TEXT   NOT NULL, -- why there is none; else empty
  width        BIGINT NOT NULL,
  height       BIGINT NOT NULL,
  data         BYTEA  NOT NULL,
  created_at   BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, sha256)
) ${STRICT};
