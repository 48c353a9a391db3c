// The part of Swagger UI that we use; the package has no types.
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    dom_id: string;
    url: string;
    /** Where the document would be sent to be validated; null: nowhere. */
    validatorUrl: null;
    deepLinking: boolean;
    displayRequestDuration: boolean;
    tryItOutEnabled: boolean;
  }
  export default function SwaggerUI(options: Options): void;
}
