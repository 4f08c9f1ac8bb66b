-- The schema, with rows, that the kinds of drift in kinds.sql are applied to.
CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE public.address AS (street text, zip varchar(10));
CREATE DOMAIN public.email AS text CONSTRAINT has_at CHECK (VALUE ~ '@');
CREATE DOMAIN public.percent AS integer DEFAULT 0;
CREATE TYPE public.price_range AS RANGE (subtype = numeric);
CREATE SEQUENCE public.ticket START 100 INCREMENT 5;
CREATE TABLE public.users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email varchar(100) NOT NULL,
  name text,
  mood public.mood NOT NULL DEFAULT 'ok',
  moods public.mood[],
  bio text,
  born date,
  score integer NOT NULL DEFAULT 0,
  doubled integer GENERATED ALWAYS AS (score * 2) STORED,
  CONSTRAINT users_email_key UNIQUE (email)
);
CREATE TABLE public.orders (
  id serial PRIMARY KEY,
  user_id bigint NOT NULL CONSTRAINT orders_user_fk REFERENCES public.users ON DELETE CASCADE,
  total numeric(10, 2) NOT NULL DEFAULT 0 CONSTRAINT total_positive CHECK (total >= 0),
  state text DEFAULT 'new',
  note varchar(50),
  at timestamptz DEFAULT '2020-01-01 00:00:00+00'
);
CREATE INDEX orders_user ON public.orders (user_id);
CREATE INDEX orders_open ON public.orders (at DESC) WHERE state <> 'done';
CREATE UNIQUE INDEX orders_identity ON public.orders (user_id, id);
CREATE INDEX users_glad ON public.users (name) WHERE mood = 'happy';
CREATE STATISTICS public.orders_stats (dependencies) ON user_id, total FROM public.orders;
CREATE TABLE public.events (at date NOT NULL, what text, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.events_2026 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX events_what ON public.events (what);
CREATE TABLE public.parent (a integer, b text);
CREATE TABLE public.child (c integer) INHERITS (public.parent);
CREATE FUNCTION public.discount(total numeric, rate numeric DEFAULT 0.1) RETURNS numeric LANGUAGE sql IMMUTABLE
  AS $$ SELECT total * (1 - rate) $$;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION public.spent(u bigint) RETURNS numeric LANGUAGE sql STABLE
  BEGIN ATOMIC SELECT sum(total) FROM public.orders WHERE user_id = u; END;
CREATE PROCEDURE public.clean(days integer) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.orders; END $$;
CREATE AGGREGATE public.total(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
CREATE FUNCTION public.address_equal(a public.address, b public.address) RETURNS boolean LANGUAGE sql IMMUTABLE
  AS $$ SELECT (a).zip = (b).zip $$;
CREATE OPERATOR public.=== (FUNCTION = public.address_equal, LEFTARG = public.address, RIGHTARG = public.address);
CREATE FUNCTION public.mood_number(m public.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE CAST (public.mood AS integer) WITH FUNCTION public.mood_number(public.mood);
CREATE VIEW public.active AS SELECT id, name, mood FROM public.users WHERE mood <> 'sad';
CREATE VIEW public.active_names AS SELECT name FROM public.active;
CREATE VIEW public.discounted AS SELECT id, public.discount(total) AS price FROM public.orders;
CREATE MATERIALIZED VIEW public.sums AS SELECT user_id, sum(total) AS sum FROM public.orders GROUP BY 1;
CREATE UNIQUE INDEX sums_user ON public.sums (user_id);
CREATE TRIGGER touch BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE RULE no_delete AS ON DELETE TO public.parent DO INSTEAD NOTHING;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.users FOR SELECT TO drift_reader USING (score > 0);
GRANT SELECT, INSERT ON public.orders TO drift_reader;
GRANT SELECT ON public.users TO drift_reader WITH GRANT OPTION;
GRANT UPDATE (bio) ON public.users TO drift_reader;
REVOKE EXECUTE ON FUNCTION public.spent(bigint) FROM PUBLIC;
COMMENT ON TABLE public.users IS 'people';
COMMENT ON COLUMN public.users.bio IS 'their words';
COMMENT ON VIEW public.active IS 'who is not sad';
CREATE TEXT SEARCH CONFIGURATION public.search (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION public.search ADD MAPPING FOR asciiword WITH pg_catalog.simple;
CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = pg_catalog.simple, stopwords = english);
CREATE PUBLICATION changes FOR TABLE public.orders WITH (publish = 'insert, update');
CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION public.on_ddl();
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner IN SCHEMA public GRANT SELECT ON TABLES TO drift_reader;
INSERT INTO public.users (email, name, mood, moods, bio, score)
  SELECT 'u' || g || '@x', 'name ' || g, 'ok', '{ok,happy}', 'bio ' || g, g FROM generate_series(1, 20) g;
INSERT INTO public.orders (user_id, total, note) SELECT 1 + g % 20, g, 'n' || g FROM generate_series(1, 50) g;
INSERT INTO public.events SELECT date '2025-06-01' + 20 * g, 'e' FROM generate_series(0, 20) g;
INSERT INTO public.child SELECT g, 'b', g FROM generate_series(1, 5) g;
