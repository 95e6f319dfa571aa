-- Schema 15: caps of the tables that somebody outside can fill. Rows beyond a cap go, the oldest
-- first: those of motet_caps() when the master deletes expired rows, the others when one is added.
BEGIN;

-- One row a table: the rows for which `counted` is true, the newest first by `newest`; at most of_one
-- of one `owner`, and of_all together.
CREATE FUNCTION motet_caps() RETURNS TABLE (tab text, counted text, owner text, newest text, of_one int8, of_all int8)
LANGUAGE sql IMMUTABLE AS $$
    VALUES
    ('event', 't.session_key LIKE ''%@%''', 'substr(split_part(t.session_key, '':'', 1), strpos(t.session_key, ''@''))',
     't.created_at DESC', 50000, 500000),
    ('federation_token', 't.expires_at < now()', 't.actor_id',
     't.expires_at DESC', 2000, 500000),
    ('foreign_actor', 'true', 't.domain',
     't.fresh_until DESC', 20000, 100000),
    ('foreign_server', 't.blocked_at IS NULL', 'motet_site(t.place)',
     't.checked_at DESC', 500, 50000),
    ('foreign_session', 'true', 't.domain',
     't.ended_at IS NULL AND t.not_after >= now() DESC, coalesce(t.ended_at, t.created_at) DESC', 50000, 250000),
    ('key_package', 't.spent_at IS NOT NULL', 't.actor_id',
     't.spent_at DESC', 100000, 2000000),
    ('key_trial', 't.attempt IS NOT NULL', 't.fid',
     't.completed_at DESC', 500, 500000),
    ('redeemed_token', 't.expires_at < now()', 't.iss',
     't.expires_at DESC', 50000, 500000),
    ('session', 't.ended_at IS NOT NULL', 't.actor_id',
     't.ended_at DESC', 1000, 2000000),
    ('throttle', 'true', 't.key IS NULL',
     't.tat DESC', 1000000, 1000000)
$$;
COMMENT ON FUNCTION motet_caps IS 'How many rows of a table are kept, of one owner and of all';

CREATE FUNCTION motet_site(place text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substring($1 FROM '[^./:]+\.[^./:]+(?=(:[0-9]+)?$)')
$$;
COMMENT ON FUNCTION motet_site IS 'The last two labels of a domain or an origin: whoever has a domain has all names below it';

SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE FUNCTION motet_shrink(after text, most int8, OUT rows int8, OUT next text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    c record;
    over text;
    crowded bool;
BEGIN
    SELECT * INTO c FROM motet_caps() k WHERE k.tab > $1 ORDER BY k.tab COLLATE "C" LIMIT 1;
    rows := 0;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    next := c.tab;
    EXECUTE format('SELECT (SELECT count(*) FROM %1$I t WHERE %2$s) > $2
                        OR EXISTS (SELECT FROM %1$I t WHERE %2$s GROUP BY %3$s HAVING count(*) > $1)', c.tab, c.counted, c.owner)
        INTO crowded USING c.of_one, c.of_all;
    IF NOT crowded THEN
        RETURN;
    END IF;
    -- What is beyond the cap of its owner does not count for the cap of all: one owner pushes out nobody else's rows.
    over := format('SELECT place FROM (
                        SELECT place, of_one, row_number() OVER (PARTITION BY of_one > $1 ORDER BY age) AS of_all FROM (
                            SELECT t.ctid AS place, row_number() OVER (PARTITION BY %3$s ORDER BY %4$s) AS of_one, row_number() OVER (ORDER BY %4$s) AS age
                            FROM %1$I t WHERE %2$s) r) a
                    WHERE of_one > $1 OR of_all > $2', c.tab, c.counted, c.owner, c.newest || ', t.ctid');
    IF most = 0 THEN
        EXECUTE format('SELECT count(*) FROM (%s) o', over) INTO rows USING c.of_one, c.of_all;
        RETURN;
    END IF;
    EXECUTE format('WITH due AS MATERIALIZED (
                        SELECT t.ctid AS place FROM %1$I t WHERE t.ctid = ANY (ARRAY(%2$s LIMIT $3)) FOR UPDATE SKIP LOCKED)
                    DELETE FROM %1$I WHERE ctid IN (SELECT place FROM due)', c.tab, over)
        USING c.of_one, c.of_all, most;
    GET DIAGNOSTICS rows = ROW_COUNT;
    IF rows = most THEN
        next := $1;
    END IF;
END $$;
COMMENT ON FUNCTION motet_shrink IS 'Delete up to so many rows beyond the cap (0: count them) of the first table behind `after`; next: where to go on, null after the last table';

-- Each log-in of a foreign actor writes an event for each other session that it has here.
CREATE FUNCTION motet_foreign_most() RETURNS int8 LANGUAGE sql IMMUTABLE AS $$
    SELECT 50
$$;
CREATE FUNCTION motet_foreign_make_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH too_many AS (
        SELECT token_hash FROM foreign_session WHERE fid = NEW.fid AND ended_at IS NULL AND token_hash <> NEW.token_hash
        ORDER BY created_at DESC, token_hash OFFSET motet_foreign_most() - 1),
    gone AS (
        UPDATE foreign_session s SET ended_at = now() FROM too_many o WHERE s.token_hash = o.token_hash AND s.ended_at IS NULL
        RETURNING motet_session_key(s.fid, s.session_id) AS key)
    DELETE FROM event_counter c USING gone WHERE c.session_key = gone.key;
    RETURN NULL;
END $$;
CREATE TRIGGER foreign_session_room AFTER INSERT ON foreign_session FOR EACH ROW EXECUTE FUNCTION motet_foreign_make_room();
COMMENT ON FUNCTION motet_foreign_make_room IS 'A foreign actor''s oldest sessions end for a new one';

CREATE FUNCTION motet_open_trials_most() RETURNS int8 LANGUAGE sql IMMUTABLE AS $$
    SELECT 100000
$$;
CREATE FUNCTION motet_key_trial_make_room() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM key_trial WHERE attempt IS NULL LIMIT motet_open_trials_most() + 1) t) > motet_open_trials_most() THEN
        DELETE FROM key_trial WHERE trial IN (
            SELECT trial FROM key_trial WHERE attempt IS NULL ORDER BY expires_at LIMIT 20 FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER key_trial_room AFTER INSERT ON key_trial FOR EACH STATEMENT EXECUTE FUNCTION motet_key_trial_make_room();
COMMENT ON FUNCTION motet_key_trial_make_room IS 'The oldest open key trials go when there are too many';

CREATE FUNCTION motet_key_package_octets() RETURNS int8 LANGUAGE sql IMMUTABLE AS $$
    SELECT 16 * 1024 * 1024
$$;
CREATE FUNCTION motet_key_package_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT actor_id FROM added) a
               WHERE (SELECT sum(octet_length(tls)) FROM key_package p WHERE p.actor_id = a.actor_id AND p.spent_at IS NULL)
                   > motet_key_package_octets()) THEN
        RAISE check_violation USING MESSAGE = 'more octets of KeyPackages than an actor may have', CONSTRAINT = 'motet_key_package_stock';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER key_package_fits AFTER INSERT ON key_package REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION motet_key_package_fits();
COMMENT ON FUNCTION motet_key_package_fits IS 'The KeyPackages in stock of an actor have at most so many octets';

INSERT INTO schema_version (version, compat, checksum) VALUES (15, 1, '798104567edab6e25f475c7162f6288acdba4464e86aa693766c67a2233f53f8');
COMMIT;
