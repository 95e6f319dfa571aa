-- Fetch the events that the session has not fetched, or ($2 >= 0) all events after number $2; at
-- most 100. The events are marked as fetched. If there are none, the answer is one row whose seq is
-- null. first: the events of this epoch have higher numbers; for a $2 below `first`, no event is
-- returned. cert or server_cert: the certificate that the event is about. signer: serial number of
-- the server's current key.
-- name: sql_event_list :many
-- args: text, int8
-- cols: seq int8, namespace text, op int8, name text, data text, serial int8, cert bytea,
-- cols: invalidated_at int8, server_cert bytea, old_ended_at int8, now int8, signer int8,
-- cols: first int8
WITH base AS (
    SELECT motet_get_first_event() AS first),
counter AS (
    SELECT read FROM event_counter WHERE session_key = $1),
due AS (
    SELECT e.* FROM event e, counter c, base b
    WHERE ($2::int8 < 0 OR $2::int8 >= b.first) AND e.session_key = $1 AND e.seq > CASE WHEN $2::int8 >= 0 THEN $2::int8 ELSE c.read END
    ORDER BY e.seq LIMIT 100),
fetched AS (
    UPDATE event_counter SET read = (SELECT max(seq) FROM due)
    WHERE session_key = $1 AND read < (SELECT max(seq) FROM due) RETURNING 1)
SELECT d.seq, d.namespace, d.op, d.name, d.data, d.serial, c.cert,
       floor(extract(epoch FROM c.invalidated_at))::int8 AS invalidated_at, k.cert AS server_cert,
       floor(extract(epoch FROM k.not_before))::int8 AS old_ended_at,
       floor(extract(epoch FROM now()))::int8 AS now,
       (SELECT serial FROM server_key WHERE ended_at IS NULL) AS signer, b.first
FROM base b LEFT JOIN due d ON true LEFT JOIN idcert c ON c.serial = d.serial LEFT JOIN server_key k ON k.serial = d.serial
ORDER BY d.seq

-- List the pending events of all sessions of a home actor ($1) or a foreign actor ($2), for
-- operators. No event is marked as fetched.
-- name: sql_event_list_of_actor :many redo
-- args: text, text
-- cols: session_id text, seq int8, fetched bool, namespace text, op int8, name text, serial int8,
-- cols: created_at int8
SELECT s.session_id, e.seq, e.seq <= c.read AS fetched, e.namespace, e.op, e.name, e.serial,
       floor(extract(epoch FROM e.created_at))::int8 AS created_at
FROM any_session s JOIN event_counter c USING (session_key) JOIN event e USING (session_key)
WHERE s.local_name = $1 OR s.fid = $2
ORDER BY s.session_id, e.seq LIMIT 100000
