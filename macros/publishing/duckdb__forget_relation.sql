{% macro duckdb__forget_relation(relation, tables=['tags', 'properties']) %}
  {% set names = meshport.duckdb__identifiers([relation.database, relation.schema, relation.identifier]) %}
  {% set values = meshport.duckdb__literals([relation.schema, relation.identifier]) %}
  {% set steps = [['drop ' ~ relation.identifier, 'drop table if exists ' ~ (names | join('.'))]] %}
  {% for table in tables %}
    {% do steps.append(['drop its ' ~ table,
      'delete from ' ~ names[0] ~ '.meshport.' ~ table
      ~ ' where schema_name = ' ~ values[0] ~ ' and relation = ' ~ values[1]
    ]) %}
  {% endfor %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}
