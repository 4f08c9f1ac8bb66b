-- The schema on which every form of forms.txt runs; rows.sql fills it.
CREATE TYPE mood AS ENUM ('calm', 'busy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN plain_text AS text;
CREATE TABLE customers (
  id int PRIMARY KEY,
  email text NOT NULL,
  name varchar(100),
  bio text,
  code char(5),
  score numeric(10, 2),
  quantity int,
  tags jsonb,
  seen timestamp,
  paid timestamptz,
  address cidr,
  key_text text,
  feeling mood,
  proved text,
  checked varchar(20),
  sorted text,
  required text NOT NULL DEFAULT '',
  CONSTRAINT proved_present CHECK (proved IS NOT NULL),
  CONSTRAINT checked_short CHECK (length(checked) < 30),
  CONSTRAINT email_key UNIQUE (email)
);
ALTER TABLE customers ADD CONSTRAINT score_positive CHECK (score >= 0) NOT VALID;
CREATE INDEX customers_sorted ON customers (sorted);
CREATE UNIQUE INDEX customers_key ON customers (key_text);
CREATE INDEX customers_bio ON customers (bio);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id int CONSTRAINT orders_customer REFERENCES customers,
  total int NOT NULL,
  placed date,
  reference text
);
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE TABLE items (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint,
  sku text,
  price int,
  doubled int GENERATED ALWAYS AS (price * 2) STORED
);
CREATE TABLE late_items (id int, order_id bigint);
ALTER TABLE late_items ADD CONSTRAINT late_items_order FOREIGN KEY (order_id) REFERENCES orders NOT VALID;
CREATE TABLE keyless (id int NOT NULL, other int, label text);
CREATE UNIQUE INDEX keyless_id ON keyless (id);
CREATE UNIQUE INDEX keyless_other ON keyless (other);
CREATE TABLE measured (id int, amount positive, note plain_text);
CREATE TABLE bookings (id int, during int4range);
CREATE TABLE typed OF pair;
CREATE TABLE parent_table (id int, note text);
CREATE TABLE child_table () INHERITS (parent_table);
CREATE TABLE stray_child (id int, note text);
CREATE TABLE events (id int, at date NOT NULL, note text) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_other PARTITION OF events DEFAULT;
CREATE TABLE events_2025 (id int, at date NOT NULL, note text);
CREATE TABLE events_2026 (
  id int,
  at date NOT NULL,
  note text,
  CHECK (at >= '2026-01-01' AND at < '2027-01-01')
);
CREATE TABLE logs (id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE logs_2025 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX logs_2024_id ON logs_2024 (id);
CREATE INDEX logs_id ON ONLY logs (id);
CREATE SEQUENCE numbers;
CREATE VIEW customer_names AS SELECT id, required FROM customers;
CREATE MATERIALIZED VIEW totals AS SELECT id AS customer_id, other AS total FROM keyless;
CREATE UNIQUE INDEX totals_customer ON totals (customer_id);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION add_one(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE TRIGGER customers_touch BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own_rows ON orders USING (true);
CREATE RULE keep AS ON DELETE TO bookings DO INSTEAD NOTHING;
CREATE STATISTICS customers_statistics ON name, code FROM customers;
CREATE SCHEMA other;
CREATE TABLE other.thing (id int PRIMARY KEY);
CREATE TABLE holder (id int, thing_id int REFERENCES other.thing);
