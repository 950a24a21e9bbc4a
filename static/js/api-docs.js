"use strict";
// The reference is drawn by Swagger UI from our OpenAPI document; nothing is inline, so that the page keeps the strict CSP.
const reference = document.getElementById("reference");

SwaggerUIBundle({
  url: reference.dataset.schema,
  domNode: reference,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (request.loadSpec) request.headers.Accept = "application/json";
    return request;
  },
});
