-- +goose Up
-- Messages and replies in other languages: what a workspace has laid down, its accounts with
-- providers, the memory of sentences, and what was translated.

CREATE TABLE translation_book (
  workspace_id BIGINT PRIMARY KEY REFERENCES workspace (id),
  version      BIGINT NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  book         JSONB  NOT NULL
) ${STRICT};

CREATE TABLE translator (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  driver       TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  settings     BYTEA  NOT NULL, -- sealed
  place        BIGINT NOT NULL,
  state        TEXT   NOT NULL, -- on, paused, broken
  problem      TEXT   NOT NULL,
  rest_until   BIGINT NOT NULL,
  ok_at        BIGINT NOT NULL,
  created_by   BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX translator_order ON translator (workspace_id, place, id);

-- What providers were sent, also those that are deleted by now.
CREATE TABLE translation_use (
  workspace_id  BIGINT NOT NULL REFERENCES workspace (id),
  month         TEXT   NOT NULL, -- 2026-11
  translator_id BIGINT NOT NULL,
  characters    BIGINT NOT NULL,
  requests      BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, month, translator_id)
) ${STRICT};

-- Sentences with marks. The answers of providers are there so that none is paid for twice.
CREATE TABLE translation_memory (
  id            BIGINT  PRIMARY KEY,
  workspace_id  BIGINT  NOT NULL REFERENCES workspace (id),
  pair          TEXT    NOT NULL, -- es>en
  hash          BIGINT  NOT NULL, -- of the source
  source        TEXT    NOT NULL,
  target        TEXT    NOT NULL,
  approved      BOOLEAN NOT NULL, -- by a person
  translator_id BIGINT  NOT NULL, -- 0 for a person
  at            BIGINT  NOT NULL,
  used_at       BIGINT  NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX translation_memory_hash ON translation_memory (workspace_id, pair, hash);
CREATE INDEX translation_memory_use ON translation_memory (workspace_id, approved, used_at, id);
CREATE INDEX translation_memory_list ON translation_memory (workspace_id, id) WHERE approved;

-- By which approved sentences that are alike are found.
CREATE TABLE translation_gram (
  workspace_id BIGINT NOT NULL,
  pair         TEXT   NOT NULL,
  gram         BIGINT NOT NULL,
  memory_id    BIGINT NOT NULL REFERENCES translation_memory (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, pair, gram, memory_id)
) ${STRICT};
CREATE INDEX translation_gram_memory ON translation_gram (memory_id);

CREATE TABLE ticket_translation (
  ticket_id    BIGINT  NOT NULL REFERENCES ticket (id),
  language     TEXT    NOT NULL,
  workspace_id BIGINT  NOT NULL,
  is_on        BOOLEAN NOT NULL,
  person_id    BIGINT,
  at           BIGINT  NOT NULL,
  PRIMARY KEY (ticket_id, language)
) ${STRICT};

CREATE TABLE message_translation (
  message_id   BIGINT NOT NULL REFERENCES message (id),
  language     TEXT   NOT NULL,
  workspace_id BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  result       JSONB  NOT NULL,
  PRIMARY KEY (message_id, language)
) ${STRICT};

-- Replies as they will be sent.
CREATE TABLE translation_preview (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  ticket_id    BIGINT NOT NULL REFERENCES ticket (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  message_id   BIGINT REFERENCES message (id), -- what it became
  at           BIGINT NOT NULL,
  source       TEXT   NOT NULL,
  names        JSONB  NOT NULL,
  result       JSONB  NOT NULL
) ${STRICT};
CREATE INDEX translation_preview_person ON translation_preview (workspace_id, ticket_id, person_id);
