-- The documents of a store, and the two things that are done with them: batches and claims.
--
-- A document's body is JSON (jsonb), readable by whoever has SQL; what is no JSON object is kept as it is in `raw`. Keys are
-- compared byte by byte (collation "C"), as every other store does. A document is found by its key, a due one by the branch it
-- belongs to (the first part of its key) and its due time, in milliseconds since 1970.

create table documents (
    key     text collate "C" primary key,
    branch  text collate "C" not null generated always as (split_part(key, '/', 1)) stored,
    version bigint not null check (version > 0),
    due     bigint,
    body    jsonb,
    raw     bytea,
    changed timestamptz not null default clock_timestamp(),
    check ((body is null) <> (raw is null))
);

-- Room in each page lets the next version of a row stay beside the last one.
alter table documents set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create index documents_due on documents (branch, due, key) where due is not null;

-- Writes a batch, all or nothing. `expects`: -1 demands nothing, 0 that the key does not exist, any other number that version.
-- A demand that fails raises CU001 with the key as its message and the version found, or nothing, as its detail.
-- Keys must be sorted: whoever writes the same keys takes their locks in the same order.
create function commit_batch(
    keys text[], expects bigint[], gone boolean[], dues bigint[], bodies text[], raws bytea[]
) returns void language plpgsql as $$
declare
    stale record;
begin
    perform 1 from documents d where d.key = any (keys) order by d.key for update;

    select w.key, d.version into stale
    from unnest(keys, expects) as w (key, expect) left join documents d on d.key = w.key
    where w.expect >= 0 and w.expect <> coalesce(d.version, 0)
    limit 1;
    if found then
        raise exception using errcode = 'CU001', message = stale.key, detail = coalesce(stale.version::text, '');
    end if;

    delete from documents d using unnest(keys, gone) as w (key, gone) where w.gone and d.key = w.key;

    -- New ones first: somebody else's that came between the look and now is a conflict, not to be written over.
    with fresh as (
        insert into documents (key, version, due, body, raw)
        select w.key, 1, w.due, w.body::jsonb, w.raw
        from unnest(keys, expects, gone, dues, bodies, raws) as w (key, expect, gone, due, body, raw)
        where not w.gone and w.expect = 0
        order by w.key collate "C"
        on conflict (key) do nothing
        returning key
    )
    select w.key, d.version into stale
    from unnest(keys, expects, gone) as w (key, expect, gone)
    left join fresh f on f.key = w.key
    left join documents d on d.key = w.key
    where not w.gone and w.expect = 0 and f.key is null
    limit 1;
    if found then
        raise exception using errcode = 'CU001', message = stale.key, detail = coalesce(stale.version::text, '');
    end if;

    insert into documents as d (key, version, due, body, raw)
    select w.key, 1, w.due, w.body::jsonb, w.raw
    from unnest(keys, expects, gone, dues, bodies, raws) as w (key, expect, gone, due, body, raw)
    where not w.gone and w.expect <> 0
    order by w.key collate "C"
    on conflict (key) do update
        set version = d.version + 1, due = excluded.due, body = excluded.body, raw = excluded.raw, changed = clock_timestamp();
end
$$;

-- Puts documents as they are, versions too: how a copy of another store is made.
create function restore_documents(
    keys text[], versions bigint[], dues bigint[], bodies text[], raws bytea[]
) returns void language sql as $$
    insert into documents as d (key, version, due, body, raw)
    select w.key, w.version, w.due, w.body::jsonb, w.raw
    from unnest(keys, versions, dues, bodies, raws) as w (key, version, due, body, raw)
    order by w.key collate "C"
    on conflict (key) do update
        set version = excluded.version, due = excluded.due, body = excluded.body, raw = excluded.raw, changed = clock_timestamp()
$$;
