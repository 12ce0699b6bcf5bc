-- +goose Up
-- One macro, many texts: what is known of each text besides, which messages a macro answers, which
-- shipped macro it stands for, and whether agents are offered it.

ALTER TABLE macro ADD COLUMN marks JSONB NOT NULL DEFAULT 'null';
ALTER TABLE macro ADD COLUMN fits JSONB NOT NULL DEFAULT '{}';
ALTER TABLE macro ADD COLUMN shipped TEXT NOT NULL DEFAULT '';
ALTER TABLE macro ADD COLUMN turned_off BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX macro_shipped ON macro (workspace_id, shipped) WHERE shipped <> '';

-- How often shipped macros were used that the workspace has not changed.
CREATE TABLE library_use (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  macro        BIGINT NOT NULL, -- its number
  uses         BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, macro)
) ${STRICT};
