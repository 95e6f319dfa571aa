#!/bin/sh
# Run by the image of PostgreSQL after roles.sql, at the first start of deploy/compose.yaml.
psql -X -q -v ON_ERROR_STOP=1 -U postgres -v password="$POSTGRES_PASSWORD" <<'END'
ALTER ROLE motet PASSWORD :'password';
ALTER ROLE motet_owner PASSWORD :'password';
END
