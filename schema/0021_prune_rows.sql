-- motet, schema 21: pruning passes over a row that cannot be deleted.
BEGIN;

-- One row that fails, say by a trigger or a damaged index, must not keep all others. What stops
-- everybody (no memory, a cancelled statement, a deadlock) still stops it.
CREATE FUNCTION motet_delete_rows(of_table text, rows tid[]) RETURNS int8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    place tid;
    n int8;
    gone int8 := 0;
    left_over int8 := 0;
    why text;
BEGIN
    BEGIN
        EXECUTE format('DELETE FROM %I WHERE ctid = ANY ($1)', $1) USING $2;
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN gone;
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE ~ '^(40|53|57|58)' THEN RAISE; END IF;
    END;
    FOREACH place IN ARRAY $2 LOOP
        BEGIN
            EXECUTE format('DELETE FROM %I WHERE ctid = $1', $1) USING place;
            GET DIAGNOSTICS n = ROW_COUNT;
            gone := gone + n;
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE ~ '^(40|53|57|58)' THEN RAISE; END IF;
            left_over := left_over + 1;
            why := coalesce(why, SQLERRM);
        END;
    END LOOP;
    IF left_over > 0 THEN
        RAISE WARNING 'pruning %: % rows cannot be deleted: %', $1, left_over, why;
    END IF;
    RETURN gone;
END $$;
COMMENT ON FUNCTION motet_delete_rows IS 'Delete these rows of a table, passing over those that fail; returns how many are gone';

INSERT INTO schema_version (version, compat, checksum) VALUES (21, 1, '71c4c7fdad926e225042f010ab5e15a2e6ba27864cc08203977db8137b820cb5');
COMMIT;
