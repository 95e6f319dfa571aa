-- motet, schema 6: what was counted of wrong passwords makes room again.
BEGIN;

CREATE INDEX throttle_stale ON throttle (tat);

INSERT INTO schema_version (version, compat, checksum) VALUES (6, 1, '6401fd0f9264a4b1bf64e47b674be27d84698a21827d336b53a80ee0dbb5a7ea');
COMMIT;
