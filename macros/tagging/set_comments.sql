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

{# A table's columns take one statement, a view's one each. An empty text is what a column without a comment has. #}
{% macro databricks__set_comments(relation, comment, columns) %}
  {% set name = meshport.databricks__relation_name(relation) %}
  {% set names = meshport.databricks__identifiers(columns) %}
  {% set steps = [] %}
  {% if comment is not none %}
    {% do steps.append(['comment on ' ~ relation.identifier,
      'comment on table ' ~ name ~ ' is ' ~ (meshport.databricks__literals([comment or none]) | first)]) %}
  {% endif %}
  {% set changes = [] %}
  {% for text in meshport.databricks__literals(columns.values()) %}
    {% set column = names[loop.index0] %}
    {% do changes.append(column ~ ' comment ' ~ text) %}
    {% if relation.is_view %}
      {% do steps.append(['comment on a column', 'comment on column ' ~ name ~ '.' ~ column ~ ' is ' ~ text]) %}
    {% endif %}
  {% endfor %}
  {% if changes and not relation.is_view %}
    {% do steps.append(['comment on columns', 'alter table ' ~ name ~ ' alter column\n  ' ~ (changes | join(',\n  '))]) %}
  {% endif %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}

{% macro default__set_comments(relation, comment, columns) %}
  {{ return(meshport.no_body('set_comments')) }}
{% endmacro %}
