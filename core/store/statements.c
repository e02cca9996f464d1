/* statements.c - every statement that the store runs, beside its arguments' meaning by position.
 *
 * Where a chunk may still be a tail, both tables are asked; what a trial has ended with lies in `chunk` alone.
 */
#include "store/database.h"

#define WHERE_SERIES " WHERE trial = ?1 AND figure = ?2"

const char *const statement_text[STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",

    [SQL_ADD_NODE] = "INSERT INTO node(node, name, kind) VALUES(?1, ?2, ?3)",
    [SQL_ADD_CONFIG] = "INSERT INTO config(config, node, origin, label, tags, json, episodes)"
                       " VALUES(?1, ?2, nullif(?3, -1), ?4, ?5, ?6, ?7)",
    [SQL_ADD_TRIAL] = "INSERT INTO trial(trial, config, seed, id, origin) VALUES(?1, ?2, ?3, ?4, nullif(?5, -1))",
    [SQL_ADD_CLAIM] = "INSERT INTO claim(claim, text) VALUES(?1, ?2)",
    [SQL_ADD_FIGURE] = "INSERT INTO figure(figure, name, unit, help)"
                       " SELECT coalesce(1 + (SELECT max(figure) FROM figure), 0), ?1, ?2, ?3"
                       " WHERE NOT EXISTS (SELECT 1 FROM figure WHERE name = ?1)",

    [SQL_PUT_RUN] = "INSERT OR REPLACE INTO run(key, value) VALUES(?1, ?2)",
    [SQL_PUT_EVENT] = "INSERT INTO event(time, trial, severity, text) VALUES(?1, nullif(?2, -1), ?3, ?4)",
    [SQL_PUT_CHANGE] = "INSERT INTO change(trial, time, what, who) VALUES(?1, ?2, ?3, ?4)",
    [SQL_PUT_CLOCK] = "INSERT OR REPLACE INTO clock(trial, episodes, seconds) VALUES(?1, ?2, ?3)",
    [SQL_PUT_CLAIM] = "UPDATE claim SET verdict = ?2, figures = ?3 WHERE claim = ?1",
    [SQL_PUT_STATUS] = "UPDATE trial SET status = ?2, episodes = ?3, steps = ?4, reason = ?5,"
                       " started = CASE WHEN ?2 = 'R' THEN coalesce(started, ?6) ELSE started END,"
                       " finished = CASE WHEN ?2 IN ('D', 'F', 'S') THEN ?6 END WHERE trial = ?1",
    [SQL_PUT_SERIES] = "INSERT OR REPLACE INTO series(trial, figure, mark, episodes, count, sum, min, max)"
                       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQL_PUT_CHUNK] = "INSERT INTO chunk(trial, figure, chunk, n, count, sum, min, max, data)"
                      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_PUT_TAIL] = "INSERT OR REPLACE INTO tail(trial, figure, chunk, n, count, sum, min, max, data)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_PUT_PYRAMID] = "INSERT INTO pyramid(trial, figure, level, position, count, sum, min, max)"
                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQL_PUT_STEPS] = "INSERT INTO steps(trial, chunk, n, before, last, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                      " ON CONFLICT(trial, chunk) DO UPDATE SET n = ?3, last = ?5, data = ?6",

    [SQL_DELETE_TAIL] = "DELETE FROM tail" WHERE_SERIES,
    [SQL_DELETE_CHUNK] = "DELETE FROM chunk" WHERE_SERIES " AND chunk = ?3",
    /* what an earlier process left unfinished; SQL_RESET_TAIL follows */
    [SQL_SETTLE_TAILS] = "INSERT INTO chunk(trial, figure, chunk, n, count, sum, min, max, data)"
                         " SELECT trial, figure, chunk, n, count, sum, min, max, data FROM tail WHERE trial = ?1",
    [SQL_RESET_CHUNK] = "DELETE FROM chunk WHERE trial = ?1",
    [SQL_RESET_TAIL] = "DELETE FROM tail WHERE trial = ?1",
    [SQL_RESET_PYRAMID] = "DELETE FROM pyramid WHERE trial = ?1",
    [SQL_RESET_SERIES] = "DELETE FROM series WHERE trial = ?1",
    [SQL_RESET_STEPS] = "DELETE FROM steps WHERE trial = ?1",
    [SQL_RESET_CHANGE] = "DELETE FROM change WHERE trial = ?1",
    [SQL_RESET_CLOCK] = "DELETE FROM clock WHERE trial = ?1",
    [SQL_RESET_TRIAL] =
        "UPDATE trial SET status = 'Q', episodes = 0, steps = 0, started = NULL, finished = NULL, reason = ''"
        " WHERE trial = ?1",

    [SQL_GET_FIGURES] = "SELECT figure, name FROM figure",
    [SQL_GET_RUN] = "SELECT value FROM run WHERE key = ?1",
    [SQL_COUNT_TRIALS] = "SELECT coalesce(1 + max(trial), 0) FROM trial",
    [SQL_GET_TRIALS] = "SELECT trial, config, seed, episodes, steps, status, id, reason," /* mostly nothing was ever changed */
                       " CASE WHEN EXISTS (SELECT 1 FROM change) THEN (SELECT count(*) FROM change WHERE change.trial = trial.trial) ELSE 0 END,"
                       " (SELECT seconds FROM clock WHERE clock.trial = trial.trial ORDER BY clock.episodes DESC LIMIT 1) FROM trial"
                       " WHERE trial >= ?1 ORDER BY trial LIMIT ?2",
    [SQL_GET_EVENTS] =
        "SELECT id, coalesce(trial, -1), time, severity, text FROM event WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
    [SQL_GET_CLAIMS] = "SELECT text, verdict, figures FROM claim ORDER BY claim LIMIT ?1",
    [SQL_GET_CLOCK] = "SELECT episodes, seconds FROM clock WHERE trial = ?1 ORDER BY episodes LIMIT ?2",
    [SQL_GET_SERIES] = "SELECT mark, episodes, count, sum, min, max FROM series" WHERE_SERIES,
    /* chunks ?3 to ?4, the tail last */
    [SQL_GET_VALUES] =
        "SELECT chunk, n, count, min, data, 0 FROM chunk" WHERE_SERIES " AND chunk BETWEEN ?3 AND ?4"
        " UNION ALL SELECT chunk, n, count, min, data, 1 FROM tail" WHERE_SERIES " AND chunk BETWEEN ?3 AND ?4",
    [SQL_GET_CHUNKS] =
        "SELECT chunk, count, sum, min, max FROM chunk" WHERE_SERIES " AND chunk BETWEEN ?3 AND ?4 ORDER BY chunk",
    [SQL_GET_PYRAMID] = "SELECT position, count, sum, min, max FROM pyramid" WHERE_SERIES
                        " AND position BETWEEN ?3 AND ?4 AND level = ?5 ORDER BY position",
    [SQL_GET_STEPS] =
        "SELECT chunk, n, before, last, data FROM steps WHERE trial = ?1 AND chunk BETWEEN ?2 AND ?3 ORDER BY chunk",
    [SQL_GET_LAST_STEPS] =
        "SELECT chunk, n, before, last, data FROM steps WHERE trial = ?1 ORDER BY chunk DESC LIMIT 1",
    /* a configuration's trials, but for those that were changed, by figure: how many measured it, the marks they have, mean over
       trials of total and of mean */
    [SQL_GET_MEANS] = "SELECT figure, count(*), group_concat(DISTINCT mark), avg(sum), avg(mean), sum(count)"
                      " FROM trial JOIN series USING(trial) WHERE config = ?1"
                      " AND NOT EXISTS (SELECT 1 FROM change WHERE change.trial = trial.trial) GROUP BY figure",
};
