-- Bodies are kept as the text that they came as (json), no longer taken apart (jsonb): taking each apart when it is written and
-- putting it together when it is read took the server a quarter of its time, and nobody but reports looks into them. Reports
-- read `readable`, which takes apart what it shows, each body once. The views over it are made anew, with what was granted on them.
-- A large table takes its time to be written anew, and nobody can use it meanwhile.
drop schema customs_views cascade;

alter table documents alter column body type json using body::text::json;

-- By lz4 where the server was built with it, as 0011 has it; messages and what is no JSON too.
do $$
begin
    alter table documents alter column body set compression lz4;
    alter table documents alter column raw set compression lz4;
    alter table messages alter column bytes set compression lz4;
exception when feature_not_supported or invalid_parameter_value or syntax_error then
    null;
end
$$;

create view readable as
select d.key, d.branch, d.version, d.due, taken_apart.body, d.raw, d.changed
from documents d
-- The offset keeps the server from taking a body apart again for each part that is asked for.
cross join lateral (select d.body::jsonb as body offset 0) taken_apart;

create or replace function commit_batch(
    keys text[], expects bigint[], gone boolean[], dues bigint[], bodies text[], raws bytea[]
) returns void language plpgsql as $$
declare
    kept text[];
    stale record;
    put text[];
begin
    if array_position(gone, null) is null then
        perform 1 from documents d where d.key = any (keys) order by d.key for update;
    else
        select array_agg(w.key) into kept from unnest(keys, gone) as w (key, gone) where w.gone is null;
        perform 1 from documents d where d.key = any (keys) and d.key <> all (kept) order by d.key for update;
        perform 1 from documents d where d.key = any (kept) order by d.key for share;
    end if;

    select w.key, d.version into stale
    from unnest(keys, expects) as w (key, expect) left join documents d on d.key = w.key
    where w.expect >= 0 and w.expect <> coalesce(d.version, 0)
    limit 1;
    if found then
        raise exception using errcode = 'CU001', message = stale.key, detail = coalesce(stale.version::text, '');
    end if;

    delete from documents d using unnest(keys, gone) as w (key, gone) where w.gone and d.key = w.key;

    -- New ones first: somebody else's that came between the look and now is a conflict, not to be written over. Where nothing
    -- may be and nothing is written, a row stands for the demand until the end: whoever wants to put one there waits. They are
    -- counted; which one is in the way is looked for only when one is.
    with fresh as (
        insert into documents (key, version, due, body, raw)
        select w.key, 1, w.due, coalesce(w.body, case when w.gone is null then '{}' end)::json, w.raw
        from unnest(keys, expects, gone, dues, bodies, raws) as w (key, expect, gone, due, body, raw)
        where w.gone is not true and w.expect = 0
        order by w.key collate "C"
        on conflict (key) do nothing
        returning key
    )
    select coalesce(array_agg(fresh.key), '{}') into put from fresh;
    if cardinality(put) <> (
        select count(*) from unnest(expects, gone) as w (expect, gone) where w.gone is not true and w.expect = 0
    ) then
        select w.key, d.version into stale
        from unnest(keys, expects, gone) as w (key, expect, gone) left join documents d on d.key = w.key
        where w.gone is not true and w.expect = 0 and w.key <> all (put)
        limit 1;
        raise exception using errcode = 'CU001', message = stale.key, detail = coalesce(stale.version::text, '');
    end if;
    if kept is not null then
        delete from documents d using unnest(keys, expects, gone) as w (key, expect, gone)
        where w.gone is null and w.expect = 0 and d.key = w.key;
    end if;

    insert into documents as d (key, version, due, body, raw)
    select w.key, 1, w.due, w.body::json, w.raw
    from unnest(keys, expects, gone, dues, bodies, raws) as w (key, expect, gone, due, body, raw)
    where not w.gone and w.expect <> 0
    order by w.key collate "C"
    on conflict (key) do update
        set version = d.version + 1, due = excluded.due, body = excluded.body, raw = excluded.raw, changed = clock_timestamp();
end
$$;

create or replace function restore_documents(
    keys text[], versions bigint[], dues bigint[], bodies text[], raws bytea[]
) returns void language sql as $$
    insert into documents as d (key, version, due, body, raw)
    select w.key, w.version, w.due, w.body::json, w.raw
    from unnest(keys, versions, dues, bodies, raws) as w (key, version, due, body, raw)
    order by w.key collate "C"
    on conflict (key) do update
        set version = excluded.version, due = excluded.due, body = excluded.body, raw = excluded.raw, changed = clock_timestamp()
$$;
