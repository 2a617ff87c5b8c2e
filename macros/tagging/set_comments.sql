{% macro set_comments(relation, comment, columns) %}
  {{ return(adapter.dispatch('set_comments', 'meshport')(relation, comment, columns)) }}
{% endmacro %}

{% macro duckdb__set_comments(relation, comment, columns) %}
  {% set name = meshport.duckdb__relation_name(relation) %}
  {% set names = meshport.duckdb__identifiers(columns) %}
  {% set texts = [] %}
  {% for text in columns.values() %}
    {% do texts.append(text or none) %}
  {% endfor %}
  {% set values = meshport.duckdb__literals([comment or none] + texts) %}
  {% set steps = [] %}
  {% if comment is not none %}
    {% do steps.append(['comment on ' ~ relation.identifier, 'comment on table ' ~ name ~ ' is ' ~ values[0]]) %}
  {% endif %}
  {% for column in columns %}
    {% do steps.append(['comment on the column ' ~ column,
      'comment on column ' ~ name ~ '.' ~ names[loop.index0] ~ ' is ' ~ values[loop.index]
    ]) %}
  {% endfor %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}

{% macro default__set_comments(relation, comment, columns) %}
  {{ return(meshport.no_body('set_comments')) }}
{% endmacro %}
