{% macro duckdb__move_relation(old, new, if_exists=false) %}
  {% set names = meshport.duckdb__identifiers([old.database, old.schema, old.identifier, new.identifier]) %}
  {% set values = meshport.duckdb__literals([old.schema, old.identifier, new.identifier]) %}
  {% set steps = [['rename ' ~ old.identifier ~ ' to ' ~ new.identifier,
    'alter table ' ~ ('if exists ' if if_exists else '') ~ (names[:3] | join('.')) ~ ' rename to ' ~ names[3]
  ]] %}
  {# Properties belong to the rows, tags to the name: a tag that somebody else set must survive every swap. #}
  {% do steps.append(['move its properties',
    'update ' ~ names[0] ~ '.meshport.properties set relation = ' ~ values[2]
    ~ ' where schema_name = ' ~ values[0] ~ ' and relation = ' ~ values[1]
  ]) %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}
