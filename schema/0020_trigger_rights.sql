-- motet, schema 20: no function with the owner's rights is for everybody.
BEGIN;

REVOKE ALL ON FUNCTION motet_key_trial_make_room FROM PUBLIC;

INSERT INTO schema_version (version, compat, checksum) VALUES (20, 1, '586b7edef864cdeee2ae7b70f5c4aff12c3d9c3e9443a7ca45cc357161f70b59');
COMMIT;
