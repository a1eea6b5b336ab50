-- Who may do what with the tables and views: after every migration, when the roles of `customs store roles` are there.
do $$
begin
    -- One at a time: two that change the same rights at once would fail.
    perform pg_advisory_xact_lock(hashtextextended('customs grants', 0));
    if to_regclass('public.documents') is null
        or (select count(*) from pg_roles where rolname in ('customs_worker', 'customs_reader')) < 2 then
        return;
    end if;
    revoke all on all tables in schema public from customs_worker, customs_reader, public;
    grant select, insert, update, delete on all tables in schema public to customs_worker;
    grant usage on all sequences in schema public to customs_worker;
    -- Which migrations were made is only to be known.
    revoke insert, update, delete on public._sqlx_migrations from customs_worker;
    grant usage on schema customs_views to customs_worker, customs_reader;
    grant select on all tables in schema customs_views to customs_worker, customs_reader;
end
$$;
