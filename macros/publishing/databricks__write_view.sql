{# Catalogs put no masks on views: the view calls the functions itself. ALTER VIEW keeps grants and tags, REPLACE would not. #}
{% macro databricks__write_view(port) %}
  {% set name = meshport.databricks__relation_name(port.target) %}
  {% set names = meshport.databricks__identifiers(port.columns | map(attribute='name')) %}
  {% set values = [] %}
  {% set clauses = [] %}
  {% for column in port.columns %}
    {% set quoted = names[loop.index0] %}
    {% set value = 'source_rows.' ~ quoted %}
    {% if column.mask %}
      {% set value = meshport.databricks__relation_name(column.mask.function) ~ '(' ~ value ~ ')' %}
    {% endif %}
    {% do values.append(value ~ ' as ' ~ quoted) %}
    {% set comment = ' comment ' ~ (meshport.databricks__literals([column.description]) | first) if column.description else '' %}
    {% do clauses.append(quoted ~ comment) %}
  {% endfor %}
  {% set head = 'alter view ' ~ name if port.standing else 'create view ' ~ name ~ ' (\n  ' ~ (clauses | join(',\n  ')) ~ '\n)' %}
  {{ return(meshport.statements([['write the view',
    head ~ ' as\nselect\n  ' ~ (values | join(',\n  ')) ~ '\nfrom ' ~ meshport.databricks__filtered_rows(port) ~ ' as source_rows'
  ]])) }}
{% endmacro %}
