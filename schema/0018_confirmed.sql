-- motet, schema 18: a session of a foreign actor needs the word of its home server again and again.
BEGIN;

-- Rows of a program of an older schema count as confirmed for as long as any statement may last.
ALTER TABLE foreign_session
    ADD COLUMN confirmed_until timestamptz NOT NULL DEFAULT now() + interval '12 hours',
    ADD COLUMN ask_at timestamptz NOT NULL DEFAULT now() + interval '1 hour',
    ADD COLUMN silent_since timestamptz,
    ADD COLUMN ended_why text COLLATE "C" CHECK (ended_why IN ('REVOKED', 'UNLISTED', 'SILENT'));
COMMENT ON COLUMN foreign_session.confirmed_until IS 'End of the home server''s last statement about its ID-Cert, or of our patience with a silent one; after that the home server is asked before the session is used';
COMMENT ON COLUMN foreign_session.ask_at IS 'When the master asks the home server again';
COMMENT ON COLUMN foreign_session.silent_since IS 'Since when the home server has not answered; null: it has';
COMMENT ON COLUMN foreign_session.ended_why IS 'What the home server has said or not said; null: the actor, the operator or a new session has ended it';

UPDATE server_right SET columns = columns || '{confirmed_until,ask_at}' WHERE object = 'foreign_session' AND privilege = 'INSERT';
UPDATE server_right SET columns = columns || '{confirmed_until,ask_at,silent_since,ended_why}'
WHERE object = 'foreign_session' AND privilege = 'UPDATE';

CREATE INDEX foreign_session_due ON foreign_session (ask_at) WHERE ended_at IS NULL;
CREATE INDEX foreign_session_home ON foreign_session (domain, ask_at) WHERE ended_at IS NULL;

-- Half of the time is left to try again when the server does not answer; random, so that those who came together are not asked about together.
CREATE FUNCTION motet_choose_ask_time(confirmed_until timestamptz) RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT now() + greatest((confirmed_until - now()) * (2 + random()) / 4, interval '1 minute')
$$;
COMMENT ON FUNCTION motet_choose_ask_time IS 'When to ask again about a statement that ends then: after a half to three quarters of the time, a minute at least';

CREATE FUNCTION motet_get_confirmation_end(fid text, serial text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(max(f.usable_until), now()) FROM foreign_cert f WHERE f.subject = $1 AND f.serial = $2 AND f.invalidated_at IS NULL
$$;
COMMENT ON FUNCTION motet_get_confirmation_end IS 'Until when the home server vouches for an ID-Cert; now, if nothing is remembered';

CREATE OR REPLACE VIEW any_session AS
    SELECT token_hash, actor_id, serial::text AS serial, local_name, NULL::text AS fid,
           NULL::text AS domain, session_id, admin, not_after, password,
           motet_session_key(actor_id, session_id) AS session_key, 'infinity'::timestamptz AS confirmed_until
    FROM live_session
    UNION ALL
    SELECT token_hash, 0::int8, serial, NULL, fid, domain, session_id, false, not_after, NULL,
           motet_session_key(fid, session_id), confirmed_until
    FROM foreign_session WHERE ended_at IS NULL AND not_after >= now();
COMMENT ON VIEW any_session IS 'Every session that has not ended, home and foreign; actor_id is 0 for foreign ones, whose token works until confirmed_until';

INSERT INTO schema_version (version, compat, checksum) VALUES (18, 1, 'dc7c4e2b8b8832faad406aff5f9ef26b26d315523e773bca2e7566f2afd011f2');
COMMIT;
