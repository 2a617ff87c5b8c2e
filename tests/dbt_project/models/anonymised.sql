select
    id,
    {{ meshport.keyed_hash('email') }} as hashed,
    {{ meshport.keyed_hash('email', key='other') }} as hashed_other,
    {{ meshport.tokenise('email') }} as token,
    {{ meshport.tokenise('email', prefix='person ') }} as token_prefixed,
    {{ meshport.redact('email') }} as redacted,
    {{ meshport.redact('email', replacement="it's gone") }} as redacted_text,
    {{ meshport.partial('email', keep='domain') }} as mail_domain,
    {{ meshport.partial('name', first=1, last=1, fill='#') }} as ends,
    {{ meshport.partial('phone', last=4) }} as last_four,
    {{ meshport.generalise_date('born') }} as born_month,
    {{ meshport.generalise_date("born + interval '1 hour'", to='year') }} as born_year,
    {{ meshport.generalise_number('salary') }} as salary_tens,
    {{ meshport.generalise_number('id - 2', step=3) }} as id_threes,
    {{ meshport.encrypt('email') }} as sealed,
    {{ meshport.decrypt(meshport.encrypt('email')) }} as opened,
    {{ meshport.nullify('born') }} as nothing
from {{ ref('people') }}
