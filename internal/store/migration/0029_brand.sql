-- +goose Up
-- The look of shops on the pages that their customers see.

CREATE TABLE brand (
  shop_id      BIGINT  PRIMARY KEY REFERENCES shop (id) ON DELETE CASCADE,
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  name         TEXT    NOT NULL,
  accent       TEXT    NOT NULL,
  support      TEXT    NOT NULL,
  links        JSONB   NOT NULL,
  languages    JSONB   NOT NULL,
  origins      JSONB   NOT NULL,
  silent       BOOLEAN NOT NULL, -- replies carry no link to their order's page
  logo         JSONB   NOT NULL,
  updated_at   BIGINT  NOT NULL
) ${STRICT};

CREATE TABLE brand_picture (
  shop_id      BIGINT NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
  name         TEXT   NOT NULL,
  workspace_id BIGINT NOT NULL,
  data         BYTEA  NOT NULL,
  PRIMARY KEY (shop_id, name)
) ${STRICT};

-- A host of a shop's own. A proven one is one shop's among all workspaces.
CREATE TABLE brand_domain (
  shop_id      BIGINT NOT NULL PRIMARY KEY REFERENCES shop (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL,
  host         TEXT   NOT NULL,
  proven_at    BIGINT NOT NULL -- 0: not proven
) ${STRICT};
CREATE UNIQUE INDEX brand_domain_host ON brand_domain (host) WHERE proven_at > 0;
