-- +goose Up
-- How people prove who they are: second factors, passkeys, single sign-on.

ALTER TABLE session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0; -- when its person last proved themself

CREATE TABLE security (
  workspace_id BIGINT  PRIMARY KEY REFERENCES workspace (id),
  way          TEXT    NOT NULL, -- any, strong, sso
  factor_all   BOOLEAN NOT NULL,
  factor_roles JSONB   NOT NULL,
  sso_on       BOOLEAN NOT NULL,
  sso          JSONB   NOT NULL,
  sso_secret   BYTEA   NOT NULL  -- sealed
) ${STRICT};
CREATE INDEX security_sso ON security (workspace_id) WHERE sso_on;

CREATE TABLE totp (
  person_id    BIGINT PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  secret       BYTEA  NOT NULL, -- sealed
  step         BIGINT NOT NULL, -- the 30 seconds of the last code taken: no code of it or before is taken again
  created_at   BIGINT NOT NULL,
  confirmed_at BIGINT           -- NULL: shown to the person, who has not typed a code of it yet
) ${STRICT};
CREATE INDEX totp_workspace ON totp (workspace_id);

CREATE TABLE recovery_code (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash         BYTEA  NOT NULL,
  created_at   BIGINT NOT NULL,
  used_at      BIGINT,
  PRIMARY KEY (person_id, hash)
) ${STRICT};

CREATE TABLE passkey (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  credential   BYTEA  NOT NULL, -- the credential's id, given by the authenticator
  name         TEXT   NOT NULL,
  record       JSONB  NOT NULL, -- public key, flags and counter
  created_at   BIGINT NOT NULL,
  seen_at      BIGINT,
  cloned_at    BIGINT           -- when its counter went backwards: a copy of it may exist
) ${STRICT};
CREATE UNIQUE INDEX passkey_credential ON passkey (credential);
CREATE INDEX passkey_person ON passkey (workspace_id, person_id);

CREATE TABLE ceremony (
  hash         BYTEA  PRIMARY KEY, -- SHA-256 of the token in the browser's cookie
  kind         TEXT   NOT NULL,    -- pending, passkey, sso
  workspace_id BIGINT NOT NULL,    -- 0 while nobody is known
  person_id    BIGINT NOT NULL,
  data         BYTEA  NOT NULL,    -- sealed
  tries        BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX ceremony_expiry ON ceremony (expires_at);
CREATE INDEX ceremony_person ON ceremony (workspace_id, person_id);

CREATE TABLE sso_link (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  issuer       TEXT   NOT NULL,
  subject      TEXT   NOT NULL,
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  created_at   BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, issuer, subject)
) ${STRICT};
CREATE UNIQUE INDEX sso_link_person ON sso_link (workspace_id, person_id, issuer);
