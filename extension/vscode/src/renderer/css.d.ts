/** A style sheet as the build hands it over: its text. */
declare module '*/card.css' {
  const text: string;
  export default text;
}
