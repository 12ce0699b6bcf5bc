-- +goose Up
-- The desk: shops, customers, orders, mailboxes, tickets.

CREATE TABLE shop (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  platform     TEXT   NOT NULL,
  market       TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  created_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX shop_name ON shop (workspace_id, name);

CREATE TABLE customer (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  language     TEXT   NOT NULL,
  country      TEXT   NOT NULL,
  tier         TEXT   NOT NULL,
  note         TEXT   NOT NULL,
  merged_into  BIGINT REFERENCES customer (id) DEFERRABLE,
  merged_by    BIGINT, -- the event of that merge
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX customer_living ON customer (workspace_id, id) WHERE merged_into IS NULL;
CREATE INDEX customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE identity (
  id           BIGINT  PRIMARY KEY,
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  customer_id  BIGINT  NOT NULL REFERENCES customer (id),
  kind         TEXT    NOT NULL, -- email, phone, ...
  value        TEXT    NOT NULL, -- folded for comparison
  verified     BOOLEAN NOT NULL,
  created_at   BIGINT  NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX identity_value ON identity (workspace_id, kind, value);
CREATE INDEX identity_customer ON identity (workspace_id, customer_id);

CREATE TABLE orders (
  id                 BIGINT PRIMARY KEY,
  workspace_id       BIGINT NOT NULL REFERENCES workspace (id),
  shop_id            BIGINT NOT NULL REFERENCES shop (id),
  external_id        TEXT   NOT NULL,
  number             TEXT   NOT NULL,
  number_key         TEXT   NOT NULL, -- the number as customers type it: folded, without signs
  number_alt         TEXT   NOT NULL, -- a second key, such as the digits alone of GW-1042
  customer_id        BIGINT REFERENCES customer (id),
  email              TEXT   NOT NULL,
  status             TEXT   NOT NULL,
  payment_status     TEXT   NOT NULL,
  fulfillment_status TEXT   NOT NULL,
  currency           TEXT   NOT NULL,
  goods              BIGINT NOT NULL,
  discount           BIGINT NOT NULL,
  shipping           BIGINT NOT NULL,
  tax                BIGINT NOT NULL,
  duty               BIGINT NOT NULL,
  total              BIGINT NOT NULL,
  refunded           BIGINT NOT NULL,
  payment_method     TEXT   NOT NULL,
  ship_to            JSONB  NOT NULL,
  placed_at          BIGINT NOT NULL,
  updated_at         BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX orders_external ON orders (workspace_id, shop_id, external_id);
CREATE INDEX orders_number ON orders (workspace_id, number_key);
CREATE INDEX orders_number_alt ON orders (workspace_id, number_alt);
CREATE INDEX orders_customer ON orders (workspace_id, customer_id, placed_at);
CREATE INDEX orders_email ON orders (workspace_id, email, placed_at);
CREATE INDEX orders_placed ON orders (workspace_id, placed_at, id);

CREATE TABLE order_line (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  order_id     BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  position     BIGINT NOT NULL,
  sku          TEXT   NOT NULL,
  title        TEXT   NOT NULL,
  variant      TEXT   NOT NULL,
  quantity     BIGINT NOT NULL,
  price        BIGINT NOT NULL, -- one unit, before discount, without tax
  discount     BIGINT NOT NULL, -- of the whole line
  tax          BIGINT NOT NULL,
  duty         BIGINT NOT NULL
) ${STRICT};
CREATE INDEX order_line_order ON order_line (workspace_id, order_id, position);

CREATE TABLE fulfillment (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  order_id     BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  carrier      TEXT   NOT NULL,
  tracking     TEXT   NOT NULL,
  tracking_key TEXT   NOT NULL,
  status       TEXT   NOT NULL, -- a shipment status
  shipped_at   BIGINT,
  delivered_at BIGINT
) ${STRICT};
CREATE INDEX fulfillment_order ON fulfillment (workspace_id, order_id);
CREATE INDEX fulfillment_tracking ON fulfillment (workspace_id, tracking_key);

CREATE TABLE mailbox (
  id             BIGINT  PRIMARY KEY,
  workspace_id   BIGINT  NOT NULL REFERENCES workspace (id),
  address        TEXT    NOT NULL,
  name           TEXT    NOT NULL, -- the display name of outgoing mail
  shop_id        BIGINT  REFERENCES shop (id),
  team_id        BIGINT  REFERENCES team (id) ON DELETE SET NULL,
  signature      TEXT    NOT NULL,
  settings       JSONB   NOT NULL, -- hosts, ports, users, options; no secret
  secrets        BYTEA   NOT NULL, -- sealed
  status         TEXT    NOT NULL, -- new, connected, idle, failing, off
  status_detail  TEXT    NOT NULL,
  status_at      BIGINT  NOT NULL,
  disabled       BOOLEAN NOT NULL,
  created_at     BIGINT  NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX mailbox_address ON mailbox (workspace_id, address);
CREATE INDEX mailbox_by_address ON mailbox (address);

CREATE TABLE mail_cursor (
  mailbox_id   BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
  folder       TEXT   NOT NULL,
  uid_validity BIGINT NOT NULL,
  last_uid     BIGINT NOT NULL,
  PRIMARY KEY (mailbox_id, folder)
) ${STRICT};

CREATE TABLE intake (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  mailbox_id   BIGINT NOT NULL REFERENCES mailbox (id),
  source       TEXT   NOT NULL, -- where it came from: the key that makes a repeat harmless
  state        TEXT   NOT NULL, -- new, done, failed
  size         BIGINT NOT NULL, -- before compression
  raw          BYTEA  NOT NULL, -- zstd
  envelope     JSONB  NOT NULL,
  received_at  BIGINT NOT NULL,
  error        TEXT   NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX intake_source ON intake (mailbox_id, source);
CREATE INDEX intake_mailbox ON intake (mailbox_id, id);
CREATE INDEX intake_new ON intake (workspace_id, id) WHERE state = 'new';
CREATE INDEX intake_failed ON intake (workspace_id, id) WHERE state = 'failed';

CREATE TABLE ticket (
  id               BIGINT PRIMARY KEY,
  workspace_id     BIGINT NOT NULL REFERENCES workspace (id),
  number           BIGINT NOT NULL,
  version          BIGINT NOT NULL,
  channel          TEXT   NOT NULL,
  mailbox_id       BIGINT REFERENCES mailbox (id),
  shop_id          BIGINT REFERENCES shop (id),
  customer_id      BIGINT NOT NULL REFERENCES customer (id),
  order_id         BIGINT REFERENCES orders (id),
  subject          TEXT   NOT NULL,
  preview          TEXT   NOT NULL,
  language         TEXT   NOT NULL,
  topic            TEXT   NOT NULL,
  status           TEXT   NOT NULL,
  bucket           TEXT   NOT NULL, -- open, waiting, snoozed, done, spam: what the lists divide by
  waiting          TEXT   NOT NULL, -- whom a pending ticket waits for
  priority         BIGINT NOT NULL,
  assignee_id      BIGINT REFERENCES person (id),
  team_id          BIGINT REFERENCES team (id) ON DELETE SET NULL,
  tags             JSONB  NOT NULL,
  fields           JSONB  NOT NULL,
  snoozed_until    BIGINT,
  wake_on_reply    BOOLEAN NOT NULL,
  merged_into      BIGINT REFERENCES ticket (id) DEFERRABLE,
  follow_up_of     BIGINT REFERENCES ticket (id) DEFERRABLE,
  messages         BIGINT NOT NULL,
  unread           BOOLEAN NOT NULL,
  reopened         BIGINT NOT NULL,
  last_at          BIGINT NOT NULL,
  last_inbound_at  BIGINT,
  last_outbound_at BIGINT,
  created_at       BIGINT NOT NULL,
  solved_at        BIGINT
) ${STRICT};
CREATE UNIQUE INDEX ticket_number ON ticket (workspace_id, number);
CREATE INDEX ticket_recent ON ticket (workspace_id, last_at, id);
CREATE INDEX ticket_bucket ON ticket (workspace_id, bucket, last_at, id);
CREATE INDEX ticket_assignee ON ticket (workspace_id, assignee_id, bucket, last_at, id);
CREATE INDEX ticket_team ON ticket (workspace_id, team_id, bucket, last_at, id);
CREATE INDEX ticket_customer ON ticket (workspace_id, customer_id, last_at);
CREATE INDEX ticket_order ON ticket (order_id, last_at) WHERE order_id IS NOT NULL;
CREATE INDEX ticket_follow_up ON ticket (follow_up_of) WHERE follow_up_of IS NOT NULL;
CREATE INDEX ticket_wake ON ticket (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX ticket_status ON ticket (workspace_id, status, bucket);
CREATE INDEX ticket_created ON ticket (workspace_id, created_at, bucket);
CREATE INDEX ticket_solved ON ticket (workspace_id, solved_at, bucket) WHERE solved_at IS NOT NULL;

CREATE TABLE participant (
  ticket_id    BIGINT  NOT NULL REFERENCES ticket (id),
  workspace_id BIGINT  NOT NULL,
  address      TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  verified     BOOLEAN NOT NULL,
  PRIMARY KEY (ticket_id, address)
) ${STRICT};

CREATE TABLE side (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  ticket_id    BIGINT NOT NULL REFERENCES ticket (id),
  kind         TEXT   NOT NULL, -- carrier, supplier, colleague
  address      TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  subject      TEXT   NOT NULL,
  created_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX side_ticket ON side (ticket_id, id);

CREATE TABLE message (
  id           BIGINT  PRIMARY KEY,
  workspace_id BIGINT  NOT NULL,
  ticket_id    BIGINT  NOT NULL REFERENCES ticket (id),
  side_id      BIGINT  REFERENCES side (id),
  intake_id    BIGINT  REFERENCES intake (id),
  kind         TEXT    NOT NULL, -- inbound, outbound, note
  form         TEXT    NOT NULL, -- message, bounce, auto_reply, list, report
  channel      TEXT    NOT NULL,
  author_kind  TEXT    NOT NULL,
  author_id    BIGINT  NOT NULL,
  author_name  TEXT    NOT NULL,
  verified     BOOLEAN NOT NULL,
  address      TEXT    NOT NULL,
  rcpt         JSONB   NOT NULL, -- to, cc, bcc
  subject      TEXT    NOT NULL,
  body         TEXT    NOT NULL, -- what the author newly wrote
  quoted       TEXT    NOT NULL,
  signature    TEXT    NOT NULL,
  html         TEXT    NOT NULL,
  language     TEXT    NOT NULL,
  message_key  TEXT    NOT NULL, -- Message-ID without brackets
  digest       TEXT    NOT NULL, -- of sender and content: tells a copy from a forgery
  delivery     TEXT    NOT NULL, -- outbound only: scheduled, sending, sent, bounced, failed, unknown, cancelled
  delivery_detail TEXT NOT NULL,
  auth         JSONB   NOT NULL,
  warnings     JSONB   NOT NULL,
  mentions     JSONB   NOT NULL,
  files        JSONB   NOT NULL,
  send_at      BIGINT,
  sent_at      BIGINT,
  at           BIGINT  NOT NULL
) ${STRICT};
CREATE INDEX message_ticket ON message (ticket_id, id);
CREATE INDEX message_sent ON message (workspace_id, sent_at) WHERE delivery = 'sent';
CREATE INDEX message_waiting ON message (workspace_id, id) WHERE delivery IN ('scheduled', 'sending');
CREATE INDEX message_key ON message (workspace_id, message_key) WHERE message_key <> '';

CREATE TABLE mention (
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  ticket_id    BIGINT NOT NULL REFERENCES ticket (id),
  workspace_id BIGINT NOT NULL,
  message_id   BIGINT NOT NULL,
  PRIMARY KEY (person_id, ticket_id)
) ${STRICT};

CREATE TABLE draft (
  ticket_id    BIGINT NOT NULL REFERENCES ticket (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  data         JSONB  NOT NULL,
  updated_at   BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, person_id, kind)
) ${STRICT};

CREATE TABLE tag (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  color        TEXT   NOT NULL,
  created_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX tag_name ON tag (workspace_id, name);

CREATE TABLE ticket_tag (
  workspace_id BIGINT NOT NULL,
  tag          TEXT   NOT NULL,
  ticket_id    BIGINT NOT NULL REFERENCES ticket (id),
  PRIMARY KEY (workspace_id, tag, ticket_id)
) ${STRICT};
CREATE INDEX ticket_tag_ticket ON ticket_tag (ticket_id);

CREATE TABLE macro (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  folder       TEXT   NOT NULL,
  bodies       JSONB  NOT NULL, -- language -> text
  actions      JSONB  NOT NULL,
  uses         BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX macro_name ON macro (workspace_id, name);

CREATE TABLE field (
  id           BIGINT  PRIMARY KEY,
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  key          TEXT    NOT NULL,
  label        TEXT    NOT NULL,
  type         TEXT    NOT NULL,
  options      JSONB   NOT NULL,
  required     BOOLEAN NOT NULL,
  position     BIGINT  NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX field_key ON field (workspace_id, key);

CREATE TABLE ticket_view (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT REFERENCES person (id) ON DELETE CASCADE, -- empty: shared
  name         TEXT   NOT NULL,
  condition    JSONB  NOT NULL,
  sort         TEXT   NOT NULL,
  position     BIGINT NOT NULL
) ${STRICT};
CREATE INDEX ticket_view_workspace ON ticket_view (workspace_id, position);

CREATE TABLE import_run (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  kind         TEXT   NOT NULL,
  source       TEXT   NOT NULL,
  position     JSONB  NOT NULL,
  good         BIGINT NOT NULL,
  bad          BIGINT NOT NULL,
  finished     BOOLEAN NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX import_run_source ON import_run (workspace_id, kind, source);
