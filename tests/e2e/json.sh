# Shared by the scripts that read JSON: SQLite's shell checks and takes it apart. Source it after lib.sh.

# json FILE SQL: what the SQL expression over j, the text of FILE, gives; nothing when the text is no JSON.
json() {
  sqlite3 :memory: "WITH input(j) AS (SELECT CAST(readfile('$1') AS TEXT)) SELECT $2 FROM input" 2>/dev/null
}

# is_json "sentence" FILE: the whole of FILE is one JSON value.
is_json() { is "$1" "$(json "$2" 'json_valid(j)')" 1; }

# is_jsonl "sentence" FILE: each line of FILE is one.
is_jsonl() {
  is "$1" "$(printf '%s\n' 'CREATE TABLE l(t);' '.mode ascii' '.separator "\001" "\n"' ".import $2 l" \
    "SELECT count(*) > 0 AND min(json_valid(t)) FROM l;" | sqlite3 :memory: 2>&1 | tr -d '\001\n')" 1
}
