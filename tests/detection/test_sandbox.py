"""What each engine has of its own: what harms is refused, what people write every day is not."""

import pytest
import sqlglot
from sqlglot import exp

from detection.sources import SourceError
from detection.sources.dialects import PARSED_AS
from detection.sources.reading import ALLOWED
from detection.sources.statements import checked_free_statement

HARMFUL = {
    "hive": [
        "SELECT TRANSFORM(a, b) USING 'bash -c id' AS (c) FROM t",
        "SELECT TRANSFORM(a) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' USING 'id' AS c FROM t",
        "SELECT c FROM (SELECT TRANSFORM(a) USING 'id' AS (c) FROM t) x",
        "SELECT 1 UNION ALL SELECT TRANSFORM(a) USING 'id' AS (c) FROM t",
        "FROM t MAP a USING 'id' AS c",
        "FROM t REDUCE a USING 'id' AS c",
        "FROM t INSERT OVERWRITE TABLE u SELECT a",
        "INSERT OVERWRITE DIRECTORY '/tmp/x' SELECT a FROM t",
        "SELECT reflect('java.lang.Runtime', 'getRuntime')",
        "SELECT reflect2(a, 'x') FROM t",
        "SELECT java_method('java.lang.System', 'exit', 1)",
        "SELECT `reflect`('java.lang.System', 'getenv')",
        "SELECT mine.now()",
        "SELECT in_file('x', '/etc/passwd')",
        "SELECT a FROM t LATERAL VIEW mine(a) x AS y",
        "SELECT get_splits('SELECT 1', 1)",
        "SELECT '${env:HIVE_PASSWORD}'",
        "SELECT '${system:user.name}' FROM t",
        "SELECT ${hiveconf:javax.jdo.option.ConnectionPassword}",
        "SELECT current_user()",
        "SELECT * FROM sys.tbls",
        "ADD JAR hdfs:///x.jar",
        "CREATE TEMPORARY FUNCTION f AS 'X' USING JAR 'x.jar'",
        "SET hive.exec.pre.hooks=X",
        "DFS -rm -r /",
        "!sh id",
        "LOAD DATA INPATH '/x' INTO TABLE t",
        "EXPORT TABLE t TO '/x'",
        "MSCK REPAIR TABLE t",
    ],
    "mysql": [
        "SELECT a FROM t INTO OUTFILE '/tmp/x'",
        "SELECT a INTO DUMPFILE '/tmp/x' FROM t",
        "SELECT a INTO @b FROM t",
        "SELECT @@secure_file_priv",
        "SELECT @a",
        "SELECT @a := a FROM t",
        "SELECT /*+ SET_VAR(max_execution_time=0) */ a FROM t",
        "SELECT sleep(5)",
        "SELECT sys.ps_thread_id(1)",
        "SELECT a FROM t WHERE get_lock('x', 5)",
        "SELECT is_free_lock('x')",
        "SELECT master_pos_wait('x', 1)",
        "SELECT extractvalue(1, concat(0x7e, version()))",
        "SELECT updatexml(1, 'x', 1)",
        "SELECT load_file('/etc/passwd')",
        "SELECT user(), version(), database()",
        "SELECT a FROM t PROCEDURE ANALYSE()",
        "SELECT a FROM t FOR SHARE",
        "SELECT * FROM MySQL.user",
        "SELECT * FROM `sys`.`session`",
        "SELECT * FROM performance_schema.threads",
        "SELECT repeat('a', 1000000000)",
        "SELECT space(1000000000)",
        "HANDLER t OPEN",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "CALL p()",
        "DO sleep(5)",
        "SHOW GRANTS",
        "KILL 1",
    ],
    "postgres": [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT * FROM pg_ls_dir('/')",
        'SELECT "pg_sleep"(10)',
        "SELECT pg_catalog.now()",
        "SELECT mine.date_part('a', b)",
        "SELECT pg_terminate_backend(1)",
        "SELECT lo_export(1, '/tmp/x')",
        "SELECT lo_get(1)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_notify('a', 'b')",
        "SELECT nextval('s')",
        "SELECT setval('s', 1)",
        "SELECT table_to_xml('t', true, true, '')",
        "SELECT database_to_xml(true, true, '')",
        "SELECT ts_stat('SELECT 1')",
        "SELECT xpath('/x', y) FROM t",
        "SELECT 'pg_authid'::regclass",
        "SELECT 'x'::xml",
        "SELECT a::mine FROM t",
        "SELECT 1 OPERATOR(mine.+) 2",
        "SELECT * FROM json_to_recordset('[]') AS x(a int)",
        "SELECT * FROM ROWS FROM (pg_ls_dir('/'), now()) AS x",
        "SELECT current_user, session_user, current_catalog",
        "SELECT version()",
        "SELECT repeat('a', 1000000000)",
        "SELECT format('%1000000000s', 'a')",
        "SELECT E'\\'; DROP TABLE t; --'",
        "SELECT U&'\\0061'",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM PG_CATALOG.x",
        "SELECT * FROM a.pg_temp_1.b",
        "SELECT a FROM t FOR KEY SHARE",
        "TABLE pg_authid",
        "VALUES (1)",
        "WITH x AS (UPDATE t SET a = 1 RETURNING a) SELECT a FROM x",
        "PREPARE x AS SELECT 1",
        "DECLARE c CURSOR FOR SELECT 1",
        "LISTEN x",
        "EXPLAIN SELECT 1",
        "COPY t TO '/tmp/x'",
    ],
    "sqlite": [
        "ATTACH 'x.db' AS x",
        "DETACH x",
        "PRAGMA table_info(t)",
        "VACUUM INTO 'x.db'",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('x', 'y')",
        "SELECT edit(a) FROM t",
        "SELECT fts3_tokenizer('x')",
        "SELECT zeroblob(1000000000)",
        "SELECT printf('%1000000000s', 'a')",
        "SELECT randomblob(1000000000)",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_table_info('t')",
        "SELECT * FROM main.sqlite_master",
        "SELECT * FROM sqlite_dbpage",
        "SELECT last_insert_rowid()",
        "EXPLAIN QUERY PLAN SELECT 1",
        "REINDEX",
    ],
}
EVERYDAY = {
    "hive": [
        "SELECT merchant, count(*) FROM pay.payments WHERE ds >= :start AND ds < :end GROUP BY merchant",
        "SELECT a, y FROM t LATERAL VIEW explode(x) e AS y",
        "SELECT from_unixtime(unix_timestamp(at)), date_format(at, 'yyyy-MM-dd'), date_add(ds, 1), nvl(a, 0) FROM t",
        "SELECT get_json_object(a, '$.b'), regexp_extract(a, 'x(.)', 1), pmod(a, 7), m['k'], l[0], s.f FROM t",
        "SELECT percentile_approx(ms, 0.95), collect_set(a), size(l), concat_ws(',', a, b) FROM t",
        "SELECT a FROM t WHERE a RLIKE 'x' DISTRIBUTE BY a SORT BY a",
        "SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC) FROM t",
        "SELECT cast(a AS decimal(10,2)), if(a > 1, 'x', 'y') FROM t WHERE ds = date_sub(current_date, 1)",
    ],
    "mysql": [
        "SELECT merchant, count(*) FROM payments WHERE at >= :start AND at < :end GROUP BY merchant WITH ROLLUP",
        "SELECT date_format(at, '%Y-%m-%d'), str_to_date(a, '%Y'), timestampdiff(MINUTE, a, b), yearweek(a) FROM t",
        "SELECT from_unixtime(a), unix_timestamp(b), c + INTERVAL 5 MINUTE, date_sub(d, INTERVAL 1 DAY), now() FROM t",
        "SELECT group_concat(DISTINCT a ORDER BY b SEPARATOR ', '), ifnull(a, 0), if(a, 1, 2), field(a, 1, 2) FROM t",
        "SELECT a->>'$.x', json_unquote(json_extract(b, '$.y')), cast(c AS UNSIGNED), convert(d USING utf8mb4) FROM t",
        "SELECT a FROM t USE INDEX (i) WHERE a REGEXP 'x' AND b <=> c AND d DIV 2 = 1 AND `e` LIKE '%x%'",
        "SELECT * FROM system_orders JOIN sys_log USING (id) JOIN mysql_orders ON true, s.mysqlimport, pg_orders",
        "SELECT lpad(hour(at), 2, '0'), left(a, 3), substring_index(a, '.', 1), crc32(a), sha2(a, 256) FROM t LIMIT 5",
    ],
    "postgres": [
        "SELECT m, count(*) FILTER (WHERE ok) FROM p WHERE at >= :start AND at < :end GROUP BY m HAVING count(*) > 1",
        "SELECT date_trunc('hour', at), extract(epoch FROM at), at AT TIME ZONE 'Asia/Shanghai', age(now()) FROM t",
        "SELECT statement_timestamp(), to_char(at, 'YYYY'), now() - interval '5 minutes', at::date FROM t",
        "SELECT jsonb_extract_path_text(j, 'a'), j->>'b', j#>>'{a,b}', j @> '{}', jsonb_array_length(j) FROM t",
        "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY ms), string_agg(a, ',' ORDER BY a), array_agg(b) FROM t",
        "SELECT sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
        "SELECT sum(a) OVER w, lag(a) OVER w FROM t WINDOW w AS (ORDER BY c)",
        "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b DESC NULLS LAST LIMIT 5 OFFSET 2",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT x FROM n",
        "WITH x AS MATERIALIZED (SELECT a FROM t) SELECT a FROM x UNION SELECT b FROM u EXCEPT SELECT 1",
        "SELECT g FROM generate_series(1, 24) AS g LEFT JOIN LATERAL (SELECT a FROM t WHERE a = g) y ON true",
        "SELECT a FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b) WHERE a IN (1, 2) AND b IS DISTINCT FROM 'z'",
        "SELECT CASE WHEN a ~* 'x' THEN 1 ELSE 0 END, coalesce(a, b), nullif(a, b), a || b, a ILIKE 'z%' FROM t",
        "SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id) AND b = ANY(ARRAY[1, 2]) AND c[1] > 0",
        "SELECT round(avg(a)::numeric, 2), greatest(a, b), width_bucket(a, 0, 10, 5), split_part(b, '.', 1) FROM t",
        "SELECT * FROM system_orders, sys_log, mysql_orders, s.mysqlimport, public.sysmaster",
        "SELECT count(*) FROM t GROUP BY GROUPING SETS ((a), ()), CUBE (a), ROLLUP (b)",
        "(SELECT a FROM t ORDER BY a LIMIT 1) UNION ALL (SELECT a FROM u)",
        "SELECT floor(at TO day), timestampdiff(day, a, b), quarter(a) FROM default.kylin_sales",
    ],
    "sqlite": [
        "SELECT merchant, count(*) FROM payments WHERE at >= :start AND at < :end GROUP BY 1",
        "SELECT strftime('%H', at), date(at, '-1 day'), datetime(at, 'unixepoch'), julianday(at), unixepoch(at) FROM t",
        "SELECT ifnull(a, 0), iif(a, 1, 2), total(a), group_concat(a, ','), instr(a, 'b'), substr(a, 1, 2) FROM t",
        "SELECT json_extract(a, '$.b'), a->>'$.b', typeof(a) FROM t WHERE a GLOB 'x*'",
        "SELECT value FROM t, json_each(t.a)",
        'SELECT "odd name" FROM "odd table" WHERE `x` = 1',
        "SELECT * FROM pg_orders, system_orders",
    ],
}


def test_every_dialect_is_asked_about() -> None:
    assert set(HARMFUL) == set(EVERYDAY) == set(PARSED_AS.values())


@pytest.mark.parametrize(("dialect", "text"), [(name, text) for name, texts in HARMFUL.items() for text in texts])
def test_what_does_more_than_read_is_refused(dialect: str, text: str) -> None:
    with pytest.raises(SourceError) as refused:
        checked_free_statement(text, dialect)
    assert refused.value.permanent


@pytest.mark.parametrize(("dialect", "text"), [(name, text) for name, texts in EVERYDAY.items() for text in texts])
def test_what_is_written_every_day_is_let_through_and_stays_the_same_when_read_again(dialect: str, text: str) -> None:
    written = checked_free_statement(text, dialect)
    assert sqlglot.parse_one(written.replace("\\:", ":"), dialect=dialect) is not None
    assert checked_free_statement(written.replace("\\:", ":"), dialect) == written


def test_what_no_one_has_looked_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An allow-list: take a part off it and it is refused, whatever it is."""
    monkeypatch.setattr("detection.sources.reading.ALLOWED", ALLOWED - {exp.Window})
    with pytest.raises(SourceError, match="only reads: “RANK"):
        checked_free_statement("SELECT rank() OVER (ORDER BY a) FROM t", "postgres")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT repeat('a', 9)", "The function “repeat” is not allowed"),
        ("SELECT pg_sleep(1)", "The function “pg_sleep” is not allowed"),
        ("SELECT a::mine FROM t", "The type “mine” is not allowed"),
        ("SELECT a FROM t FOR UPDATE", "“FOR UPDATE” is not allowed"),
        ("SELECT a FROM pg_catalog.x", "The table “pg_catalog” is not allowed"),
    ],
)
def test_a_refusal_names_what_is_refused(text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        checked_free_statement(text, "postgres")
