-- A schema with every kind of object that a snapshot knows; PostgreSQL 14 to 18.
CREATE EXTENSION IF NOT EXISTS plpgsql;
COMMENT ON SCHEMA public IS 'the shop';
GRANT USAGE ON SCHEMA public TO drift_reader;

CREATE COLLATION public.german (provider = libc, locale = 'C');
CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'it''s fine');
CREATE TYPE public.address AS (street text COLLATE "C", zip varchar(10));
CREATE DOMAIN public.email AS text COLLATE "C" DEFAULT 'a@b' NOT NULL CONSTRAINT has_at CHECK (VALUE ~ '@');
CREATE TYPE public.price_range AS RANGE (subtype = numeric);
CREATE TYPE public.ghost;
COMMENT ON TYPE public.mood IS 'how it is';
COMMENT ON DOMAIN public.email IS 'an address';
GRANT USAGE ON TYPE public.mood TO drift_reader;

CREATE SEQUENCE public.ticket START 100 INCREMENT 5 CACHE 3 CYCLE MAXVALUE 1000;
GRANT USAGE ON SEQUENCE public.ticket TO drift_reader;

CREATE TABLE public.users (
  id bigint GENERATED ALWAYS AS IDENTITY (START 7) PRIMARY KEY,
  email public.email,
  mood public.mood DEFAULT 'ok',
  home public.address,
  name text COLLATE "C" NOT NULL,
  upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
  born date DEFAULT '2000-01-01',
  seen timestamptz DEFAULT '2001-02-03 04:05:06+00',
  tags text[] DEFAULT '{}',
  "Odd Name" integer DEFAULT nextval('public.ticket')
);
ALTER TABLE public.users ADD CONSTRAINT name_not_empty CHECK (name <> '') NOT VALID;
ALTER TABLE public.users ADD CONSTRAINT users_email_key UNIQUE (email) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.users ALTER COLUMN name SET STORAGE EXTERNAL, ALTER COLUMN name SET COMPRESSION pglz,
  ALTER COLUMN born SET STATISTICS 500, ALTER COLUMN born SET (n_distinct = 100);
ALTER TABLE public.users SET (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.users FORCE ROW LEVEL SECURITY;
ALTER TABLE public.users OWNER TO drift_owner;
COMMENT ON TABLE public.users IS 'people';
COMMENT ON COLUMN public.users.born IS 'day of birth';
COMMENT ON CONSTRAINT name_not_empty ON public.users IS 'later';
GRANT SELECT ON public.users TO drift_reader WITH GRANT OPTION;
GRANT UPDATE (born) ON public.users TO drift_reader;

CREATE TABLE public.orders (
  id serial PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES public.users ON DELETE CASCADE DEFERRABLE,
  total numeric(12, 2) NOT NULL DEFAULT 0,
  during tstzrange,
  EXCLUDE USING gist (during WITH &&)
);
CREATE INDEX orders_user ON public.orders (user_id) INCLUDE (total) WHERE total > 0;
CREATE INDEX orders_expression ON public.orders ((total * 2) DESC NULLS LAST);
CREATE UNIQUE INDEX orders_identity ON public.orders (user_id, id);
ALTER TABLE public.orders REPLICA IDENTITY USING INDEX orders_identity;
ALTER TABLE public.orders CLUSTER ON orders_expression;
ALTER INDEX public.orders_expression ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON INDEX public.orders_user IS 'for the list';
CREATE STATISTICS public.orders_stats (dependencies) ON user_id, total FROM public.orders;
ALTER STATISTICS public.orders_stats SET STATISTICS 200;

CREATE UNLOGGED TABLE public.scratch (x integer);
CREATE TABLE public.parent (a integer, b text);
CREATE TABLE public.child (c integer) INHERITS (public.parent);
CREATE TABLE public.events (at timestamptz NOT NULL, what text, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2026 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE public.events_other PARTITION OF public.events DEFAULT;
CREATE INDEX events_what ON public.events (what);
CREATE TABLE public.of_address OF public.address;

CREATE FUNCTION public.twice(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT a * b $$;
CREATE FUNCTION public.atomic_twice(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a * 2; END;
CREATE FUNCTION public.rows_of(OUT id bigint, OUT total numeric) RETURNS SETOF record LANGUAGE sql SECURITY DEFINER
  SET search_path = public AS $$ SELECT user_id, sum(total) FROM public.orders GROUP BY 1 $$;
CREATE PROCEDURE public.clean(days integer) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.scratch; END $$;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
COMMENT ON FUNCTION public.twice(integer, integer) IS 'doubles';
REVOKE EXECUTE ON FUNCTION public.twice(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.twice(integer, integer) TO drift_reader;
CREATE AGGREGATE public.total(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0', parallel = safe);
CREATE FUNCTION public.address_equal(a public.address, b public.address) RETURNS boolean LANGUAGE sql IMMUTABLE
  AS $$ SELECT (a).zip = (b).zip $$;
CREATE OPERATOR public.=== (FUNCTION = public.address_equal, LEFTARG = public.address, RIGHTARG = public.address,
  COMMUTATOR = OPERATOR(public.===));
CREATE OPERATOR FAMILY public.loose USING btree;
CREATE OPERATOR CLASS public.backwards FOR TYPE integer USING btree FAMILY public.loose AS
  OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);
CREATE FUNCTION public.mood_number(m public.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE CAST (public.mood AS integer) WITH FUNCTION public.mood_number(public.mood) AS ASSIGNMENT;

CREATE VIEW public.rich WITH (security_barrier) AS SELECT id, total FROM public.orders WHERE total > 100;
CREATE VIEW public.richer AS SELECT id, public.twice(id) AS double FROM public.rich;
COMMENT ON VIEW public.rich IS 'big orders';
COMMENT ON COLUMN public.rich.total IS 'in euro';
ALTER VIEW public.rich ALTER COLUMN total SET DEFAULT 1;
GRANT SELECT ON public.rich TO PUBLIC;
CREATE MATERIALIZED VIEW public.sums AS SELECT user_id, sum(total) AS sum FROM public.orders GROUP BY 1;
CREATE UNIQUE INDEX sums_user ON public.sums (user_id);

CREATE TRIGGER touch BEFORE UPDATE ON public.orders FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION public.touch();
CREATE TRIGGER touch_events AFTER INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON public.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  EXECUTE FUNCTION public.touch();
ALTER TABLE public.orders DISABLE TRIGGER touch;
COMMENT ON TRIGGER touch ON public.orders IS 'sets the time';
CREATE RULE no_delete AS ON DELETE TO public.scratch DO INSTEAD NOTHING;
CREATE POLICY own ON public.users AS RESTRICTIVE FOR SELECT TO drift_reader, drift_owner USING (id > 0);
CREATE POLICY write ON public.users FOR INSERT WITH CHECK (name <> 'root');
COMMENT ON POLICY own ON public.users IS 'only their own';

CREATE TEXT SEARCH PARSER public.own_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
  LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE public.own_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = public.own_template);
CREATE TEXT SEARCH CONFIGURATION public.search (PARSER = public.own_parser);
ALTER TEXT SEARCH CONFIGURATION public.search ADD MAPPING FOR asciiword, word WITH public.words, pg_catalog.simple;

CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'CREATE TABLE') EXECUTE FUNCTION public.on_ddl();
CREATE PUBLICATION changes FOR TABLE public.orders, public.users WITH (publish = 'insert, update');
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO drift_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
