-- motet, schema 4: federation tokens, those that this server issues and those that were redeemed here; settings for all hosts at once.
BEGIN;

CREATE TABLE setting (
    one              bool PRIMARY KEY DEFAULT true CHECK (one),
    token_generation bool NOT NULL DEFAULT true
);
COMMENT ON TABLE setting IS 'What administrators switch while servers run: one row, read by the statements that depend on it';
COMMENT ON COLUMN setting.token_generation IS 'May actors get federation tokens?';
INSERT INTO setting DEFAULT VALUES;

CREATE TABLE federation_token (
    actor_id    int8 NOT NULL REFERENCES actor,
    jti         text COLLATE "C" NOT NULL CHECK (octet_length(jti) BETWEEN 22 AND 64),
    token_hash  bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    audience    text COLLATE "C" NOT NULL,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    deleted_at  timestamptz,
    redeemed_at timestamptz,
    PRIMARY KEY (actor_id, jti),
    CHECK (issued_at < expires_at)
);
COMMENT ON TABLE federation_token IS 'Federation tokens that this server has issued to its actors; gone a day after their end';
COMMENT ON COLUMN federation_token.token_hash IS 'SHA-256 of the whole token: what other servers ask by whether it still stands';
COMMENT ON COLUMN federation_token.redeemed_at IS 'When it was redeemed on this very server; of other servers nothing is known';
CREATE UNIQUE INDEX federation_token_hash ON federation_token (token_hash);
CREATE INDEX federation_token_expires ON federation_token (expires_at);

CREATE TABLE redeemed_token (
    iss         text COLLATE "C" NOT NULL,
    jti         text COLLATE "C" NOT NULL,
    attempt     bytea NOT NULL CHECK (octet_length(attempt) = 32),
    expires_at  timestamptz NOT NULL,
    redeemed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (iss, jti)
);
COMMENT ON TABLE redeemed_token IS 'Federation tokens of any home server that were redeemed here: each once; gone a day after their end';
COMMENT ON COLUMN redeemed_token.attempt IS 'SHA-256 of the session token that came of it: whose answer was lost finds its own redemption by that';
CREATE INDEX redeemed_token_expires ON redeemed_token (expires_at);

INSERT INTO schema_version (version, compat, checksum) VALUES (4, 1, '3637bcc69dbe3182c31da15d9241183b8cca3ea69a1fb96c03b769da18916aa8');
COMMIT;
