-- What many workers share: demands without a write, the archive of messages, and the keys of the vault.

-- As before, and a key may be demanded something of that is not written: its `gone` is null. Its row is locked against
-- changes until this batch is through.
create or replace function commit_batch(
    keys text[], expects bigint[], gone boolean[], dues bigint[], bodies text[], raws bytea[]
) returns void language plpgsql as $$
declare
    kept text[];
    stale record;
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
    -- may be and nothing is written, a row stands for the demand until the end: whoever wants to put one there waits.
    with fresh as (
        insert into documents (key, version, due, body, raw)
        select w.key, 1, w.due, coalesce(w.body, case when w.gone is null then '{}' end)::jsonb, w.raw
        from unnest(keys, expects, gone, dues, bodies, raws) as w (key, expect, gone, due, body, raw)
        where w.gone is not true and w.expect = 0
        order by w.key collate "C"
        on conflict (key) do nothing
        returning key
    )
    select w.key, d.version into stale
    from unnest(keys, expects, gone) as w (key, expect, gone)
    left join fresh f on f.key = w.key
    left join documents d on d.key = w.key
    where w.gone is not true and w.expect = 0 and f.key is null
    limit 1;
    if found then
        raise exception using errcode = 'CU001', message = stale.key, detail = coalesce(stale.version::text, '');
    end if;
    if kept is not null then
        delete from documents d using unnest(keys, expects, gone) as w (key, expect, gone)
        where w.gone is null and w.expect = 0 and d.key = w.key;
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

-- The messages as they were written, by day of Beijing: a day is one table, which is dropped as a whole once it is empty.
create table messages (
    name  text collate "C" not null,
    day   date not null,
    kept  timestamptz not null default clock_timestamp(),
    bytes bytea not null,
    primary key (name, day)
) partition by range (day);

create function message_today() returns date language sql as $$
    select (clock_timestamp() at time zone 'Asia/Shanghai')::date
$$;

-- Makes the tables of a day and of the next one, so that midnight finds its table there. Whoever may write messages may have a
-- day made, and nothing else: hence the owner's rights.
create function make_message_day(first date) returns void language plpgsql security definer set search_path from current as $$
begin
    -- Of those who come at once one makes it.
    perform pg_advisory_xact_lock(hashtext('customs: days of messages'));
    for days in 0..1 loop
        execute format(
            'create table if not exists messages_%s partition of messages for values from (%L) to (%L)',
            to_char(first + days, 'YYYYMMDD'), first + days, first + days + 1
        );
    end loop;
end
$$;

create function keep_message(named text, contents bytea) returns void language plpgsql as $$
declare
    today date := message_today();
begin
    for attempt in 1..2 loop
        begin
            insert into messages (name, day, bytes) values (named, today, contents)
            on conflict (name, day) do update set bytes = excluded.bytes, kept = clock_timestamp();
            return;
        -- There is no table of the day yet.
        exception when check_violation then
            if attempt = 2 then
                raise;
            end if;
            perform make_message_day(today);
        end;
    end loop;
end
$$;

-- Drops the tables of days before today that hold nothing any more; says how many.
create function drop_message_days() returns integer language plpgsql security definer set search_path from current as $$
declare
    part regclass;
    empty boolean;
    dropped integer := 0;
begin
    for part in
        select inhrelid::regclass from pg_inherits
        where inhparent = 'messages'::regclass
          and right(inhrelid::regclass::text, 8) < to_char(message_today() - 1, 'YYYYMMDD')
    loop
        execute format('select not exists (select 1 from %s)', part) into empty;
        if empty then
            execute format('drop table %s', part);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end
$$;

-- The vault's keys of days, each sealed under a master key, which is not here.
create table day_keys (
    name text collate "C" primary key,
    line text not null
);

-- A key that is destroyed is not to stay behind as a dead row: the others are written into a new file, and the old one goes.
create function destroy_day_key(named text) returns void language plpgsql security definer set search_path from current as $$
declare
    others day_keys[];
begin
    lock table day_keys in access exclusive mode;
    select array_agg(k) into others from day_keys k where k.name <> named;
    truncate day_keys;
    if others is not null then
        insert into day_keys select k.name, k.line from unnest(others) as k;
    end if;
end
$$;
