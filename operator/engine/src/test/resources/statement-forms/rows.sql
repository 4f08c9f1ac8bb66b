INSERT INTO customers
SELECT i, 'e' || i, 'n' || i, 'b' || i, 'c' || i % 1000, i, i, '{}', now(), now(), '10.0.0.0/8', i, 'calm', 'p', 'x',
       's' || i, 'r'
FROM generate_series(1, 500) i;
INSERT INTO orders SELECT i, 1 + i % 500, i, '2024-01-01', 'r' || i FROM generate_series(1, 500) i;
INSERT INTO items (order_id, sku, price) SELECT 1 + i % 500, 's' || i, i FROM generate_series(1, 500) i;
INSERT INTO late_items SELECT i, 1 + i % 500 FROM generate_series(1, 500) i;
INSERT INTO keyless SELECT i, i, 'l' || i FROM generate_series(1, 500) i;
INSERT INTO measured SELECT i, i, 'n' FROM generate_series(1, 500) i;
INSERT INTO bookings SELECT i, int4range(i * 10, i * 10 + 5) FROM generate_series(1, 500) i;
INSERT INTO typed SELECT i, 't' FROM generate_series(1, 500) i;
INSERT INTO parent_table SELECT i, 'n' FROM generate_series(1, 500) i;
INSERT INTO child_table SELECT i, 'n' FROM generate_series(1, 500) i;
INSERT INTO stray_child SELECT i, 'n' FROM generate_series(1, 500) i;
INSERT INTO events SELECT i, '2024-02-01', 'n' FROM generate_series(1, 500) i;
INSERT INTO events SELECT i, '2030-02-01', 'n' FROM generate_series(1, 500) i;
INSERT INTO events_2025 SELECT i, '2025-02-01', 'n' FROM generate_series(1, 500) i;
INSERT INTO events_2026 SELECT i, '2026-02-01', 'n' FROM generate_series(1, 500) i;
INSERT INTO logs SELECT i, '2024-02-01' FROM generate_series(1, 500) i;
INSERT INTO logs SELECT i, '2025-02-01' FROM generate_series(1, 500) i;
INSERT INTO other.thing SELECT i FROM generate_series(1, 500) i;
INSERT INTO holder SELECT i, i FROM generate_series(1, 500) i;
REFRESH MATERIALIZED VIEW totals;
ANALYZE;
