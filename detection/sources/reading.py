"""What a query of somebody's own may be made of: the parts of SQL that read and reckon. What is not named here is
refused, so that what another version of the parser learns to read is refused until somebody has looked at it."""

import re

from sqlglot import exp

ROOTS = (exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery)

_PARTS: set[type[exp.Expr]] = {
    # What is asked, and of what.
    *(exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.With, exp.CTE, exp.Values, exp.From),
    *(exp.Join, exp.Lateral, exp.Table, exp.TableAlias, exp.TableSample, exp.IndexTableHint, exp.Partition),
    *(exp.Where, exp.Group, exp.GroupingSets, exp.Cube, exp.Rollup, exp.Having, exp.Distinct, exp.Order, exp.Ordered),
    *(exp.Sort, exp.Distribute, exp.Cluster, exp.Limit, exp.Offset, exp.Fetch, exp.LimitOptions, exp.Qualify),
    *(exp.Window, exp.WindowSpec, exp.WithinGroup, exp.Filter, exp.IgnoreNulls, exp.RespectNulls),
    # Names, values and types.
    *(exp.Alias, exp.Aliases, exp.Column, exp.Identifier, exp.Star, exp.Var, exp.Dot, exp.Placeholder, exp.Literal),
    *(exp.Null, exp.Boolean, exp.HexString, exp.Interval, exp.IntervalSpan, exp.DataType, exp.DataTypeParam),
    *(exp.Tuple, exp.Paren, exp.Bracket, exp.Slice),
    # Operators.
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Pow),
    *(exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift, exp.BitwiseRightShift),
    *(exp.And, exp.Or, exp.Xor, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ),
    *(exp.NullSafeNEQ, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.SimilarTo, exp.Escape, exp.Glob),
    *(exp.RegexpLike, exp.RegexpILike, exp.Exists, exp.Any, exp.All, exp.Overlaps, exp.AtTimeZone, exp.Collate),
    *(exp.Case, exp.If, exp.Cast, exp.TryCast, exp.Extract),
    *(exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar, exp.JSONBContains),
    *(exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript, exp.JSONPathWildcard),
    *(exp.JSONKeyValue, exp.ArrayContainsAll, exp.ArrayContainedBy, exp.ArrayOverlaps, exp.Array),
}
_FUNCTIONS: set[type[exp.Expr]] = {
    # Of many rows.
    *(exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.AnyValue, exp.ApproxDistinct, exp.ApproxQuantile),
    *(exp.Quantile, exp.PercentileCont, exp.PercentileDisc, exp.Median, exp.Mode, exp.Stddev, exp.StddevPop),
    *(exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Corr, exp.CovarPop, exp.CovarSamp, exp.RegrSlope),
    *(exp.RegrIntercept, exp.RegrCount, exp.RegrR2, exp.LogicalAnd, exp.LogicalOr, exp.BitwiseAndAgg),
    *(exp.BitwiseOrAgg, exp.BitwiseXorAgg, exp.GroupConcat, exp.ArrayAgg, exp.ArrayUniqueAgg, exp.JSONArrayAgg),
    *(exp.JSONObjectAgg, exp.Grouping, exp.GroupingId, exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank),
    *(exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead, exp.First, exp.Last, exp.FirstValue, exp.LastValue, exp.NthValue),
    # Of numbers.
    *(exp.Abs, exp.Sign, exp.Ceil, exp.Floor, exp.Round, exp.Trunc, exp.Sqrt, exp.Cbrt, exp.Exp, exp.Ln, exp.Log),
    *(exp.Sin, exp.Cos, exp.Tan, exp.Cot, exp.Asin, exp.Acos, exp.Atan, exp.Atan2, exp.Degrees, exp.Radians, exp.Pi),
    *(exp.Rand, exp.Greatest, exp.Least, exp.WidthBucket, exp.Factorial, exp.Negative, exp.BitwiseCount, exp.IsNan),
    # Of texts.
    *(exp.Lower, exp.Upper, exp.Initcap, exp.Length, exp.BitLength, exp.ByteLength, exp.Concat, exp.ConcatWs),
    *(exp.Substring, exp.SubstringIndex, exp.Left, exp.Right, exp.Trim, exp.Pad, exp.Replace, exp.Overlay),
    *(exp.Translate, exp.Reverse, exp.StrPosition, exp.StartsWith, exp.EndsWith, exp.Contains, exp.SplitPart),
    *(exp.Split, exp.RegexpSplit, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpExtractAll, exp.RegexpSubstr),
    *(exp.RegexpInstr, exp.RegexpCount, exp.Ascii, exp.Unicode, exp.Chr, exp.Hex, exp.LowerHex, exp.Unhex, exp.MD5),
    *(exp.MD5Digest, exp.SHA, exp.SHA2, exp.SHA2Digest, exp.ToBase64, exp.FromBase64, exp.Encode, exp.Decode),
    *(exp.DecodeCase, exp.Soundex, exp.Levenshtein, exp.Elt, exp.ParseUrl, exp.StrToMap, exp.MatchAgainst, exp.ToChar),
    *(exp.ToNumber, exp.NumberToStr, exp.CastToStrType, exp.ConvertToCharset),
    # Of moments.
    *(exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentDatetime, exp.Localtime, exp.Localtimestamp),
    *(exp.UtcDate, exp.UtcTime, exp.UtcTimestamp, exp.Date, exp.Time, exp.Datetime, exp.Timestamp, exp.DateAdd),
    *(exp.DateSub, exp.DateDiff, exp.DateTrunc, exp.DateBin, exp.DateFromParts, exp.DateStrToDate, exp.TimeFromParts),
    *(exp.DatetimeAdd, exp.DatetimeSub, exp.DatetimeDiff, exp.DatetimeTrunc, exp.TimeAdd, exp.TimeSub, exp.TimeDiff),
    *(exp.TimeTrunc, exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff, exp.TimestampTrunc, exp.AddMonths),
    *(exp.TimestampFromParts, exp.MonthsBetween, exp.NextDay, exp.LastDay, exp.Year, exp.Quarter, exp.Month, exp.Week),
    *(exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeek, exp.DayOfWeekIso, exp.DayOfYear, exp.Dayname),
    *(exp.Monthname, exp.Hour, exp.Minute, exp.Second, exp.StrToDate, exp.StrToTime, exp.StrToUnix, exp.TimeToStr),
    *(exp.TimeToUnix, exp.TimeStrToTime, exp.TimeStrToDate, exp.TimeStrToUnix, exp.UnixToStr, exp.UnixToTime),
    *(exp.UnixToTimeStr, exp.TsOrDsAdd, exp.TsOrDsDiff, exp.TsOrDsToDate, exp.TsOrDsToTime, exp.TsOrDsToTimestamp),
    *(exp.TsOrDsToDatetime, exp.ToDays, exp.MakeInterval, exp.JustifyDays, exp.JustifyHours, exp.JustifyInterval),
    *(exp.ConvertTimezone, exp.FromTimeZone),
    # Of nothing, lists and JSON.
    *(exp.Coalesce, exp.Nullif, exp.Nvl2, exp.Typeof, exp.ArrayContains, exp.ArraySize, exp.ArraySort, exp.ArrayConcat),
    *(exp.ArrayToString, exp.StringToArray, exp.ArrayPosition, exp.ArrayRemove, exp.ArrayMin, exp.ArrayMax, exp.Map),
    *(exp.VarMap, exp.MapKeys, exp.JSONObject, exp.JSONArray, exp.JSONType, exp.JSONKeys, exp.JSONValue, exp.ParseJSON),
    *(exp.JSONArrayContains, exp.Unnest, exp.Explode, exp.Posexplode, exp.Inline, exp.Stack, exp.GenerateSeries),
    exp.ExplodingGenerateSeries,
}
ALLOWED = frozenset(_PARTS | _FUNCTIONS)
"""Looked up by the very class: a subclass is another part. Not among them: what only makes a text long (repeat, space,
format), and what tells of the server and who is asking."""

_NAMES = (
    # Moments.
    "adddate addtime age clock_timestamp convert_tz date date_part datetime from_days from_unixtime "
    "from_utc_timestamp hour isfinite julianday make_date make_timestamptz makedate microsecond minute now "
    "period_add period_diff sec_to_time statement_timestamp strftime subdate subtime sysdate time time_bucket "
    "time_to_sec timediff timezone to_seconds to_timestamp to_unix_timestamp to_unixtime to_utc_timestamp toyear "
    "transaction_timestamp unix_timestamp unixepoch utc_timestamp weekday yearweek "
    # Numbers.
    "bin bround conv div gcd lcm oct pmod positive scale trim_scale "
    # Texts.
    "crc32 field find_in_set format_number hash hashtext inet_aton inet_ntoa instr locate masklen mid octet_length "
    "ord regexp_match regexp_matches regexp_split_to_array regexp_split_to_table strcmp "
    # Nothing, lists, ranges and JSON.
    "array_length array_upper cardinality daterange every generate_subscripts ifnull int4range int8range isempty "
    "isnotnull isnull json_array json_array_elements json_array_elements_text json_array_length json_arrayagg "
    "json_build_array json_build_object json_contains json_each json_each_text json_extract_path "
    "json_extract_path_text json_length json_tuple json_typeof json_unquote json_valid jsonb_agg "
    "jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object "
    "jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_keys jsonb_typeof likely "
    "lower_inc map_values num_nonnulls num_nulls numrange nvl row_to_json to_json to_jsonb total tsrange tstzrange "
    "unlikely upper_inc row "
    # Kylin's.
    "intersect_count percentile_approx"
)
UNKNOWN_TO_PARSER = frozenset(_NAMES.split())
"""Functions that the parser has no class for, by name, and that only reckon."""

TYPES = frozenset(
    {
        *exp.DataType.NUMERIC_TYPES,
        *exp.DataType.TEXT_TYPES,
        *exp.DataType.TEMPORAL_TYPES,
        *exp.DataType.ARRAY_TYPES,
        *(exp.DType.BOOLEAN, exp.DType.INTERVAL, exp.DType.JSON, exp.DType.JSONB, exp.DType.UUID, exp.DType.INET),
        *(exp.DType.BINARY, exp.DType.VARBINARY, exp.DType.YEAR, exp.DType.MAP, exp.DType.CHARACTER_SET),
    }
)
"""Into which may be cast: none of somebody's own, nor what looks names up (regclass) or reads a language (xml)."""

RESERVED_SCHEMAS = frozenset({"information_schema", "mysql", "ndbinfo", "performance_schema", "pg_catalog", "sys"})
RESERVED_BEGINNINGS = {"postgres": ("pg_",), "sqlite": ("sqlite_", "pragma_")}
"""Of schemas and tables, where the engine keeps them for itself."""

PLAIN_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*")
"""What a word without quotes (a unit, a method of sampling) may look like: it is written as it stands."""
