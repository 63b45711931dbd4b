#!/bin/sh
# Runs once, in a new PostgreSQL container: of each unit a role that owns the schema of its name and reaches no other.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -d shian -c "REVOKE ALL ON SCHEMA public FROM PUBLIC"
for unit in sampling traceability inspection scoring gateway; do
    variable="$(echo "$unit" | tr '[:lower:]' '[:upper:]')_PASSWORD"
    psql -v ON_ERROR_STOP=1 -v unit="$unit" -v password="$(printenv "$variable")" -U postgres -d shian <<'SQL'
CREATE ROLE :"unit" LOGIN PASSWORD :'password';
ALTER ROLE :"unit" SET search_path = :"unit";
CREATE SCHEMA :"unit" AUTHORIZATION :"unit";
SQL
done
