// Stylesheets are imported for their effect only: Vite puts them into the page.
declare module "*.css";
