{# Raw copies stay in the source's catalog, where nobody is granted anything. #}
{% macro databricks__raw_copy(port, part) %}
  {{ return({
    'database': port.source.database,
    'schema': 'meshport',
    'identifier': port.target.schema ~ '__' ~ port.target.identifier ~ '__' ~ part,
  }) }}
{% endmacro %}
